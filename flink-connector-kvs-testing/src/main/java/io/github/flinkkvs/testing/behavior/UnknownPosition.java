/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.behavior;

/**
 * What GetMedia does when AfterFragmentNumber never existed in the stream, or does not exist yet.
 */
public enum UnknownPosition {
    /** In-band error 4000, then the end of the body. */
    IN_BAND_ERROR_4000,
    /** In-band error 3000, then the end of the body. */
    IN_BAND_ERROR_3000,
    /** The first fragment with a greater number, however late it comes. */
    NEXT_GREATER,
    /** The next fragment that is ingested, whatever its number. */
    NEXT_INGESTED
}
