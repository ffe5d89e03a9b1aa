/** What of a table a query reads: what the planner pushes down, and the source that follows. */
package io.github.flinkkvs.table.scan;
