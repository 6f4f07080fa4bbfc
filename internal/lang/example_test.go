package lang_test

import (
	"fmt"

	"truce"
	"truce/internal/lang"
)

// A phrase is said in each language with the names that the agreement gives, or their ids.
func ExamplePrinter_Say() {
	a := &truce.Agreement{Places: []truce.Feature{{ID: "contact-line", Name: truce.Words{EN: "the line of contact", RU: "линия соприкосновения"}}}}
	within := truce.Say("explain.where.within", truce.MetresArg(50_000), truce.PlaceArg("contact-line"))
	for _, code := range []string{"en", "ru"} {
		fmt.Println(lang.For(code).With(a).Say(within))
	}
	// Output:
	// within 5 km of the line of contact
	// на расстоянии до 5 км от объекта «линия соприкосновения»
}
