/** Makes tables from their declared columns and options. */
package io.github.flinkkvs.table.factory;
