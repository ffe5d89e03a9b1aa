/**
 * One attempt to read a stream: it asks for bytes, has them parsed, and says how it ended. What
 * follows from that is for the session to decide.
 */
package io.github.flinkkvs.source.fetch;
