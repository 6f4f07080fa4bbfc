package door

import (
	"truce"
	"truce/internal/lang"
)

// reasons are the sentences in which errors say their cause and what to do, as far as people meet them on pages. Errors are written in English, for logs and interfaces; those that are
// not here are shown in English.
var reasons = map[string]truce.Phrase{
	"the password is too short": truce.Say("reason-of.password-short"),
	"take at least 12 characters; four or five unrelated words are good":            truce.Say("reason-of.password-long-enough"),
	"the name to sign in with is empty or begins or ends with a space":              truce.Say("reason-of.login"),
	"this is no SSH key that signs":                                                 truce.Say("reason-of.no-signing-key"),
	"give the line of an ed25519 key file that ends in .pub":                        truce.Say("reason-of.key-line"),
	"a key is vouched for with an older one":                                        truce.Say("reason-of.vouch-older"),
	"sign with a key that you had before this one was added":                        truce.Say("reason-of.vouch-with"),
	"nothing waits to be confirmed here":                                            truce.Say("reason-of.nothing-waits"),
	"it may have taken effect already, or have been proposed more than 30 days ago": truce.Say("reason-of.took-effect"),
	"who is added has a body, an office and a day from which they hold it":          truce.Say("reason-of.who-is-added"),
	"a token has one office, the acts it is for, and an end":                        truce.Say("reason-of.token-has"),
	"a grant is to one person or one body":                                          truce.Say("reason-of.grant-to"),
	"a grant is of one record, one case or one site":                                truce.Say("reason-of.grant-of"),
	"a grant names the fields it opens, each once, in the order of the alphabet":    truce.Say("reason-of.grant-fields"),
	"it names no record":                                 truce.Say("reason-of.names-no-record"),
	"it was confirmed already":                           truce.Say("reason-of.confirmed-already"),
	"release the hold first; that takes two signers too": truce.Say("reason-of.release-first"),
	"name the copies too":                                truce.Say("reason-of.copies-too"),
	"it was corrected already":                           truce.Say("reason-of.corrected"),
	"correct the correction":                             truce.Say("reason-of.correct-that"),
	"the text is too long":                               truce.Say("reason-of.text-long"),
	"its content was destroyed":                          truce.Say("reason-of.destroyed"),
	"the journal can only be read":                       truce.Say("reason-of.read-only"),
	"there is no such record to cite":                    truce.Say("reason-of.no-record-to-cite"),
	"too many attempts":                                  truce.Say("reason-of.attempts"),
	"wait a minute and try again":                        truce.Say("reason-of.wait-a-minute"),
	"check the name, the password and the clock of the device that shows the code": truce.Say("reason-of.check-door"),
	"the last day is before the first":                                             truce.Say("reason-of.days-order"),
	"somebody else is asking what if":                                              truce.Say("reason-of.what-if-busy"),
	"ask again in a moment":                                                        truce.Say("reason-of.ask-again"),
	"too much is supposed at once":                                                 truce.Say("reason-of.supposed-much"),
	"suppose one thing, then the next":                                             truce.Say("reason-of.suppose-one"),
	"a text is proposed by those who sign it":                                      truce.Say("reason-of.proposed-by-signers"),
}

// said is a sentence of an error in a language, without what it quotes.
func said(language, sentence string) string {
	if p, ok := reasons[sentence]; ok {
		return lang.For(language).Say(p)
	}
	return Unquoted(sentence)
}
