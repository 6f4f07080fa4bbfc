// Package webtest looks at the pages of a demonstration as people do: from link to link over HTTP, and in Debian's Chromium. It holds tests only.
//
// A story is people who meet in a browser: each says in small words what they do and what they see (story_test.go), and finds things by what stands on them.
//
// The tests in a browser need chromium and what make web brings from npm, and are left out where either is missing: make browser runs them.
package webtest
