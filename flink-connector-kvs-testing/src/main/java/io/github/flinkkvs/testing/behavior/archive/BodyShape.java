/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.behavior.archive;

/** What a GetMediaForFragmentList body consists of. */
public enum BodyShape {
    /** A document for each fragment, as GetMedia sends it. */
    DOCUMENTS,
    /**
     * One Segment with many Clusters, the Tags of each before it. Fragments with another Info or
     * other Tracks, and those after an error document, begin a new document.
     */
    ONE_SEGMENT
}
