package access

import "slices"

// Act is something a person does. The words stand in tokens and logs: append only.
type Act uint8

// Acts.
const (
	ActNothing        Act = iota
	ActRead               // see, which See decides; named so that a token can be kept from it
	ActReport             // file an observation or positions
	ActDeposit            // upload a photo, a video, a document
	ActComplain           // open a case by an allegation
	ActRunCase            // register, notify, assess, task, suspend, close, reopen, link duplicates
	ActVerify             // say what a tasked team found
	ActFind               // draw up a finding, and separately an attribution
	ActRespond            // answer a case or a query that was addressed to one's body
	ActSign               // sign a finding or a text
	ActDissent            // refuse to sign, with reasons
	ActAsk                // put a query to a participant
	ActNotify             // give notice of a movement
	ActDispute            // dispute a reading of a term
	ActComment            // comment on what one was told
	ActDeclareReading     // declare what one's body reads in a term
	ActAmend              // take up a version of the agreement
	ActIssue              // issue or correct the daily report
	ActPublish            // publish a signed finding at its tier
	ActNarrow             // show to fewer, or call severe
	ActWiden              // show to more, or call ordinary
	ActHasten             // release before the delay is over
	ActPause              // pause publication
	ActResume             // resume it
	ActGrant              // let somebody see something for a while
	ActEndGrant           // end a grant early
	ActDisclose           // tell one body the exact place of one protected site
	ActOpenOriginal       // open deposited bytes
	ActErase              // destroy the content of a record
	ActEnrol              // add a monitor, a consulted neighbour, an analyst, or a device
	ActEmpower            // give an office that signs, runs cases, speaks for a party, audits or operates
	ActDismiss            // a person leaves, or loses an office, a key or a token
	ActKey                // change one's own keys, password or tokens
	ActRecover            // let a person who lost their keys in again
	ActExport             // take a file of what one may see away
	ActReplay             // evaluate drafts and readings against what one may see
	ActOperate            // look at the state of the machine
	ActAbandon            // give up an upload that is not done
	endOfActs
)

var actNames = [...]string{"nothing", "read", "report", "deposit", "complain", "run-case", "verify", "find", "respond", "sign", "dissent", "ask", "notify", "dispute",
	"comment", "declare-reading", "amend", "issue", "publish", "narrow", "widen", "hasten", "pause", "resume", "grant", "end-grant", "disclose", "open-original",
	"erase", "enrol", "empower", "dismiss", "key", "recover", "export", "replay", "operate", "abandon"}

func (a Act) String() string {
	if a >= endOfActs {
		a = ActNothing
	}
	return actNames[a]
}

// ParseAct reads the word of an act.
func ParseAct(word string) (Act, bool) {
	i := slices.Index(actNames[1:], word)
	return Act(i + 1), i >= 0
}

// Acts is a set of acts: what a token may be used for.
type Acts uint64

// ActsOf makes a set.
func ActsOf(acts ...Act) (s Acts) {
	for _, a := range acts {
		s |= 1 << a
	}
	return s
}

// Has reports whether a is in the set.
func (s Acts) Has(a Act) bool { return a > ActNothing && a < endOfActs && s>>a&1 == 1 }

// Words lists the acts of the set.
func (s Acts) Words() []string {
	var out []string
	for a := ActNothing + 1; a < endOfActs; a++ {
		if s.Has(a) {
			out = append(out, a.String())
		}
	}
	return out
}

// Verdict is what [May] says. The zero value refuses.
type Verdict uint8

// Verdicts.
const (
	Refused      Verdict = iota
	Allowed              // go on
	ProveAgain           // allowed once the person has proved again who they are
	NeedsAnother         // may be proposed; takes effect when somebody of another body confirms it
)

// Decision is a verdict and its reason.
type Decision struct {
	Verdict Verdict
	Code    Code
}

// Code is the stable reason of a decision, for programs and for the log.
type Code string

// Codes.
const (
	CodeAllowed    Code = "allowed"
	CodeAbsent     Code = "absent"        // they may not know of it: answer as if it were not there
	CodeNoRight    Code = "no-right"      // the office does not do this
	CodeNotYours   Code = "not-yours"     // the office does this, but not here: it was not addressed to the body
	CodeScope      Code = "token-scope"   // the token was not made for this
	CodeProve      Code = "prove-again"   // the last proof is too old
	CodeAnother    Code = "needs-another" // a second person of another body must confirm
	CodeSamePerson Code = "same-person"   // nobody confirms their own proposal
	CodeSameBody   Code = "same-body"     // nor that of a colleague
	CodeSimulated  Code = "simulated"     // an exercise is not published
	CodePaused     Code = "paused"        // publication is paused
	CodeNever      Code = "never-public"  // exact places, sources and people are opened to everybody by nobody
)
