package access

// Offers reports whether the viewer's office does an act at all, to anything. Screens offer by it; [May] decides when it is done.
func Offers(v Viewer, a Act) bool {
	v = sound(v)
	return a < endOfActs && (deeds[a].by | deeds[a].to).has(v.Office) && (!v.Invited || a == ActKey)
}
