/** What a run showed, for people and for programs. */
package io.github.flinkkvs.chaos.report;
