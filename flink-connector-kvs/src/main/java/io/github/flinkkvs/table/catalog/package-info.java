/** The catalog of the streams of an account. */
package io.github.flinkkvs.table.catalog;
