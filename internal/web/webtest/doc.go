// Package webtest looks at the pages of a demonstration as people do: from link to link over HTTP, and in Debian's Chromium. It holds tests only.
//
// The tests in a browser need chromium and what make web brings from npm, and are left out where either is missing: make browser runs them.
package webtest
