/** Files of fragments and of records: merged Matroska files, and one file for each record. */
package io.github.flinkkvs.media.file;
