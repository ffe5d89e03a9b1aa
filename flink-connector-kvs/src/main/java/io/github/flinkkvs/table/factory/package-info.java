/** Makes tables of what their columns and options declare. */
package io.github.flinkkvs.table.factory;
