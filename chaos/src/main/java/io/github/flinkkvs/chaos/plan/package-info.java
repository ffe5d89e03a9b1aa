/** Which fault comes when. */
package io.github.flinkkvs.chaos.plan;
