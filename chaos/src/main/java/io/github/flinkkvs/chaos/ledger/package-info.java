/** What was pushed, written down by the service while it pushes. */
package io.github.flinkkvs.chaos.ledger;
