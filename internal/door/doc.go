// Package door is what pages and interface share at the entrance: who may knock how often, the headers of every answer, the cookie of a session,
// the office it is opened in, the language that a request asks for, and what an error may say outside. It opens no connection and decides nothing about what lies behind.
package door
