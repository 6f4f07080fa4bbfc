package truce

// Taxonomy is a tree of words from the general to the particular. An observation may use a general word ("armed
// force") where a rule names a particular one ("shelling"): whether it matches is then unknown, not false.
type Taxonomy struct {
	words   []string
	parents map[string]string
}

// NewTaxonomy builds a tree from word-and-parent pairs in the order they should be listed; a root has the parent "".
// A parent must come before its children.
func NewTaxonomy(pairs ...[2]string) Taxonomy {
	t := Taxonomy{parents: make(map[string]string, len(pairs))}
	for _, p := range pairs {
		t.words = append(t.words, p[0])
		t.parents[p[0]] = p[1]
	}
	return t
}

// With is the tree with one more word under an existing parent.
func (t Taxonomy) With(word, parent string) Taxonomy {
	pairs := make([][2]string, 0, len(t.words)+1)
	for _, w := range t.words {
		pairs = append(pairs, [2]string{w, t.parents[w]})
	}
	return NewTaxonomy(append(pairs, [2]string{word, parent})...)
}

// Words lists all words in their order.
func (t Taxonomy) Words() []string { return t.words }

// Has reports whether the tree knows the word.
func (t Taxonomy) Has(word string) bool { _, ok := t.parents[word]; return ok }

// Parent is the next wider word, "" for a root.
func (t Taxonomy) Parent(word string) string { return t.parents[word] }

// Is answers whether something described as seen is a wanted: true when seen is that word or one below it, unknown
// when seen is a wider word (or nothing was said), false otherwise.
func (t Taxonomy) Is(seen, wanted string) Truth {
	if seen == "" {
		return Unknown
	}
	for w := seen; w != ""; w = t.parents[w] {
		if w == wanted {
			return True
		}
	}
	for w := t.parents[wanted]; w != ""; w = t.parents[w] {
		if w == seen {
			return Unknown
		}
	}
	return False
}

// IncidentKinds is what can happen. UCDP's state-based and non-state events are "armed-force": that force was used is
// all the source says.
var IncidentKinds = NewTaxonomy(
	[2]string{"armed-force", ""},
	[2]string{"armed-clash", "armed-force"},
	[2]string{"ground-attack", "armed-force"},
	[2]string{"territory-taken", "ground-attack"},
	[2]string{"fire", "armed-force"},
	[2]string{"small-arms-fire", "fire"},
	[2]string{"sniper-fire", "small-arms-fire"},
	[2]string{"shelling", "fire"},
	[2]string{"artillery-fire", "shelling"},
	[2]string{"mortar-fire", "shelling"},
	[2]string{"tank-fire", "shelling"},
	[2]string{"rocket-fire", "shelling"},
	[2]string{"missile-strike", "fire"},
	[2]string{"air-attack", "armed-force"},
	[2]string{"air-strike", "air-attack"},
	[2]string{"drone-strike", "air-attack"},
	[2]string{"explosion", "armed-force"},
	[2]string{"explosive-device", "explosion"},
	[2]string{"mine", "explosive-device"},
	[2]string{"grenade", "explosion"},
	[2]string{"suicide-attack", "explosion"},
	[2]string{"chemical-attack", "armed-force"},
	[2]string{"sabotage", "armed-force"},
	[2]string{"reconnaissance", ""},
	[2]string{"overflight", "reconnaissance"},
	[2]string{"harm-to-civilians", ""},
	[2]string{"attack-on-civilians", "harm-to-civilians"},
	[2]string{"abduction", "harm-to-civilians"},
	[2]string{"sexual-violence", "harm-to-civilians"},
	[2]string{"child-recruitment", "harm-to-civilians"},
	[2]string{"attack-on-monitors", ""},
	[2]string{"construction", ""},
	[2]string{"fortification", "construction"},
	[2]string{"mine-laying", "construction"},
	[2]string{"looting", ""},
	[2]string{"arrest", ""},
	[2]string{"hostile-propaganda", ""},
	[2]string{"protest", ""},
	[2]string{"riot", ""},
	[2]string{"other-event", ""},
)

// EquipmentKinds is what can be present, moved, counted or withdrawn.
var EquipmentKinds = NewTaxonomy(
	[2]string{"personnel", ""},
	[2]string{"armament", ""},
	[2]string{"small-arms", "armament"},
	[2]string{"machine-gun", "small-arms"},
	[2]string{"armoured-vehicle", "armament"},
	[2]string{"tank", "armoured-vehicle"},
	[2]string{"infantry-fighting-vehicle", "armoured-vehicle"},
	[2]string{"armoured-personnel-carrier", "armoured-vehicle"},
	[2]string{"artillery", "armament"},
	[2]string{"gun", "artillery"},
	[2]string{"howitzer", "artillery"},
	[2]string{"mortar", "artillery"},
	[2]string{"rocket-artillery", "artillery"},
	[2]string{"anti-tank-weapon", "armament"},
	[2]string{"surface-to-surface-missile", "armament"},
	[2]string{"air-defence", "armament"},
	[2]string{"anti-aircraft-gun", "air-defence"},
	[2]string{"surface-to-air-missile", "air-defence"},
	[2]string{"aircraft", ""},
	[2]string{"aeroplane", "aircraft"},
	[2]string{"helicopter", "aircraft"},
	[2]string{"uav", "aircraft"},
	[2]string{"vessel", ""},
	[2]string{"vehicle", ""},
	[2]string{"lorry", "vehicle"},
	[2]string{"intelligence-post", ""},
)
