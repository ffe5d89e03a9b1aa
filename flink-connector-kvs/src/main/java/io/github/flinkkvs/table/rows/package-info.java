/** Rows, and the columns that they may have. */
package io.github.flinkkvs.table.rows;
