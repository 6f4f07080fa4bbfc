// Package nodetest breaks the whole program on purpose, from outside: it starts the real truce on a data folder, sends it what people and
// devices send, over HTTP, and kills it, cuts its power, damages its files, fills its disk and makes its syncs fail. Afterwards everything that was
// acknowledged must be there as it was sent. It holds tests only.
package nodetest
