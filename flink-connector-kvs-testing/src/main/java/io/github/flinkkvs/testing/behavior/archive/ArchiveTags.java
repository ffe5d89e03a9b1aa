/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.behavior.archive;

/** How the service names its tags in a GetMediaForFragmentList body. */
public enum ArchiveTags {
    /**
     * As seen in recordings: {@code AWS_KINESISVIDEO_SERVER_TIMESTAMP} and so on, and {@code
     * AWS_KINESISVIDEO_ERROR_CODE} with {@code AWS_KINESISVIDEO_ERROR_ID} 3000 for a fragment that
     * is not found.
     */
    CAPTURED,
    /**
     * As documented: {@code AWS_KINESISVIDEO_SERVER_SIDE_TIMESTAMP} and so on, and {@code
     * AWS_KINESISVIDEO_EXCEPTION_ERROR_CODE} 4000 with {@code AWS_KINESISVIDEO_EXCEPTION_MESSAGE}
     * for a fragment that is not found.
     */
    DOCUMENTED
}
