/** A job in a real cluster under chaos: docs/reliability.md has what it showed. */
package io.github.flinkkvs.chaos;
