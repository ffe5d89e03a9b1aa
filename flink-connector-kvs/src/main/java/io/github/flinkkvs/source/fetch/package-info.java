/**
 * One attempt to read a stream: it requests bytes, has them parsed, and reports how it ended. The
 * session decides what follows.
 */
package io.github.flinkkvs.source.fetch;
