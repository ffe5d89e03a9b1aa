/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.behavior;

/** What keeps a GetMedia body from ending for want of media. */
public enum IdleRule {
    /** Bytes that were delivered to this reader. */
    DELIVERED_BYTES,
    /** Bytes that the stream ingests, including those that this reader does not see yet. */
    INGESTED_BYTES,
    /** Fragments only: one that stays open for longer than the limit ends the body. */
    FRAGMENTS
}
