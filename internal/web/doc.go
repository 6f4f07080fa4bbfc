// Package web is the pages that people of the mechanism live in: rendered here, readable without a script, in every language from the same templates.
//
// A page asks package mechanism, which applies the policy, and writes what it is given; it knows no other way to data. Every page is declared with the
// question of the policy that stands before it ([server.declare]); one that is not declared cannot be reached. Scripts are added to a page that works
// without them: news as they come, drafts that survive a broken link, the map, charts.
//
//	pages/    one template a page, and frame.html around them all
//	static/   style sheets and scripts that are sent as they are written
//	islands/  sources of the scripts that stand on packages from npm; make web bundles them into dist/, which is never committed
//
// Sentences are in internal/lang/catalog/web, one file for each page and language.
package web
