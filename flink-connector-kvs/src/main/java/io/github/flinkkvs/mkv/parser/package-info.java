/**
 * Matroska elements: the incremental parser for bytes in pieces, the cursor for bytes in memory,
 * the ids and the schema. Applications use {@link io.github.flinkkvs.mkv.parser.MkvException},
 * {@link io.github.flinkkvs.mkv.parser.MkvParser} and {@link
 * io.github.flinkkvs.mkv.parser.ElementType}; everything else is internal.
 */
package io.github.flinkkvs.mkv.parser;
