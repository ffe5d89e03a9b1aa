/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.behavior;

/** How the tag MILLIS_BEHIND_NOW of pushed fragments is computed. */
public enum MillisBehindNow {
    /** 0 for the newest complete fragment, otherwise the age of its server timestamp. */
    ZERO_WHEN_NEWEST,
    /** Always the age of its server timestamp: never quite 0. */
    AGE,
    /**
     * Always 0: bodies equal {@link io.github.flinkkvs.testing.log.StoredFragment#bytes()} to the
     * byte.
     */
    ZERO
}
