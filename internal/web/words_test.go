package web

import (
	"regexp"
	"testing"

	"truce"
	"truce/internal/access"
	"truce/internal/lang"
	"truce/internal/record"
	"truce/internal/style"
)

// Every word of the lists that pages take from the policy, the records and the agreement language is said in Arabic and Russian: a word added to one of them fails here
// until it is.
func TestWordsOfListsAreSaid(t *testing.T) {
	var acts, kinds []string
	for a := access.ActNothing + 1; a.String() != access.ActNothing.String(); a++ {
		acts = append(acts, a.String())
	}
	for k := access.Kind(1); k.String() != access.Kind(0).String(); k++ {
		kinds = append(kinds, k.String())
	}
	lists := map[string][]string{
		"act": acts, "record": append(kinds, truce.RecordKindWords()...), "sees": access.EveryField.Words(), "office": truce.OfficeWords(), "tier": truce.TierWords(),
		"decision": {string(access.CodeAllowed), string(access.CodeAbsent), string(access.CodeNoRight), string(access.CodeNotYours), string(access.CodeScope), string(access.CodeProve),
			string(access.CodeAnother), string(access.CodeSamePerson), string(access.CodeSameBody), string(access.CodeSimulated), string(access.CodePaused), string(access.CodeNever)},
		"method": {string(record.MethodInvitation), string(record.MethodPassword), string(record.MethodPasskey), string(record.MethodToken), string(record.MethodOIDC), string(record.MethodSSH)},
		"group":  record.RevealableGroups, "withheld-why": record.WithheldReasons,
		"erasure":     {string(record.ErasureProposed), string(record.ErasureHeld), string(record.ErasureReleases)},
		"erasure-why": {string(record.ErasureRetention), string(record.ErasureRequest), string(record.ErasureDanger), string(record.ErasureMistake), string(record.ErasureOrder), string(record.ErasureInquiry)},
		"class-act":   {string(record.ClassSet), string(record.ClassHastened)}, "erasure-state": {"waits", "done"}, "grant": {"waits", "runs", "over", "void"}, "harm": {"severe", "ordinary"},
		"observation": truce.ObservationKinds(), "role": truce.Roles(), "means": truce.MeansWords(), "standing": truce.StandingWords(), "result": truce.ResultWords(),
		"fact": truce.FactKinds, "actor-kind": truce.ActorKinds, "incident": truce.IncidentKinds.Words(), "equipment": truce.EquipmentKinds.Words(),
	}
	latin := regexp.MustCompile(`[A-Za-z]{2,}`)
	for _, l := range []string{"ar", "ru"} {
		p := lang.For(l)
		for list, words := range lists {
			if len(words) < 2 {
				t.Errorf("the list %s has %d words", list, len(words))
			}
			for _, w := range words {
				if said := style.Is(p, list, w); latin.MatchString(said) && w != "ssh" && w != "oidc" {
					t.Errorf("%s of the list %s is %q in %s", w, list, said, l)
				}
			}
		}
	}
}
