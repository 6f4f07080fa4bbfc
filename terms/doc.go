// Package terms reads an agreement: it parses the folder, checks it and reports every problem at once, compiles it to a
// plan, formats it back, explains it in sentences and says what changed between two versions.
//
// An agreement is a folder. The language is specified in docs/reference/language.md; this package is its only reader.
//
//	agreement.yaml     participants, moments, terms with their readings, counting rules, articles and rules
//	actors.yaml        who is who, with dated, sourced and possibly disputed facts
//	statements.yaml    who said what, when, relayed by whom
//	geometry.geojson   zones, lines and places
//	text/<lang>.md     the open text, article by article
//	versions/<id>/     further versions; a file missing there is taken from the folder above
//
// The package never opens a file or asks the time: it is handed an [io/fs.FS]. It is the only importer of the YAML
// and CEL libraries.
package terms
