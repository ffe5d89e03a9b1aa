/** How each fault happens, and when the job has got over it. */
package io.github.flinkkvs.chaos.faults;
