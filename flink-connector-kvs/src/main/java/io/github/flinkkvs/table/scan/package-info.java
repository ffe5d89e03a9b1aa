/**
 * The part of a table that a query reads: what the planner pushes down, and the resulting source.
 */
package io.github.flinkkvs.table.scan;
