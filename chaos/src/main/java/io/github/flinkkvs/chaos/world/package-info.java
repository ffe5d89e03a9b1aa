/** The processes of a run, and what they share on disk. */
package io.github.flinkkvs.chaos.world;
