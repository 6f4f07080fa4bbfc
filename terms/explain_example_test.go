package terms_test

import (
	"fmt"
	"os"

	"truce"
	"truce/terms"
)

// One rule of an agreement, under one choice of readings.
func ExampleExplain() {
	a, _, err := terms.Load(os.DirFS("testdata/rich"), "")
	if err != nil {
		fmt.Println(err)
		return
	}
	plan, err := terms.Compile(a)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, e := range terms.Explain(plan, "en", map[truce.TermID]truce.ReadingID{"heavy-weapon": "by-range"}) {
		if e.Rule == "second-stage" || e.Rule == "maps" {
			_ = terms.WriteExplanations(os.Stdout, []terms.Explanation{e})
		}
	}
	// Output:
	// [2] Withdrawal: second stage
	// - The following must not be within 15 km of the line of contact: armament.
	// - It applies from 24 days after the end of 7 days in a row without a breach of “ceasefire” (each day as found by the mechanism, which must have watched it; a breach that it confirms begins the count anew; counted only inside the valley; counted from entry into force (1 February 2030, 12:00 (UTC+3))).
	// [3] Obligations: maps handed over
	// - This must be done: “the maps were handed over”.
	// - It binds each of the parties and the guarantors.
	// - It applies from signature (10 January 2030).
	// - The last day for it is 14 February 2030.
	// - If nothing is recorded by then, it counts as a breach.
}

func ExampleFormat() {
	out, problems := terms.Format("agreement.yaml", []byte("status:   \"draft\"   # for now\nparticipants:\n- { actor: north,role: party }\n"))
	fmt.Print(string(out))
	fmt.Println(len(problems), "problems")
	// Output:
	// status: draft  # for now
	// participants:
	//   - {actor: north, role: party}
	// 0 problems
}

func ExampleSet() {
	a, _, err := terms.Load(os.DirFS("testdata/rich"), "")
	if err != nil {
		fmt.Println(err)
		return
	}
	b, err := terms.Set(a, "withdrawal.where=12 km")
	if err != nil {
		fmt.Println(err)
		return
	}
	_ = terms.WriteChanges(os.Stdout, terms.Diff(a, b), a, b, terms.ShowOptions{})
	// Output:
	// ~ rule “withdrawal of foreign forces”: where
	//     - in the place called “the band”
	//     + within 12 km of the line of contact
	// 1 change
}
