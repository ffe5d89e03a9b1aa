/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.clip;

/** The reason why media cannot become a clip. Thrown without a stack trace. */
public final class ClipException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String type;

    private ClipException(String type, String message) {
        super(message, null, false, false);
        this.type = type;
    }

    static ClipException unsupported(String message) {
        return new ClipException("UnsupportedStreamMediaTypeException", message);
    }

    static ClipException missingCodecPrivate(String message) {
        return new ClipException("MissingCodecPrivateDataException", message);
    }

    static ClipException invalidCodecPrivate(String message) {
        return new ClipException("InvalidCodecPrivateDataException", message);
    }

    static ClipException invalidFrame(String message) {
        return new ClipException("InvalidMediaFrameException", message);
    }

    /** The type of the service's error. */
    public String type() {
        return type;
    }
}
