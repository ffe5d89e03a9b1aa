/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.behavior;

/** The form of an in-band error; none was ever captured from GetMedia itself. */
public enum ErrorDocument {
    /** EBML header, Segment, one Tags element: the form seen from GetMediaForFragmentList. */
    MINI_DOCUMENT,
    /** The same without the tag FRAGMENT_NUMBER. */
    MINI_DOCUMENT_WITHOUT_NUMBER,
    /** The Tags element alone. */
    BARE_TAGS
}
