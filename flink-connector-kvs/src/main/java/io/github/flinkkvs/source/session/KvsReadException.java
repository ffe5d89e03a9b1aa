/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.session;

import org.apache.flink.annotation.Internal;

import javax.annotation.Nullable;

import java.io.IOException;

/** A stream cannot be read any further. The message names stream, position, cause and remedy. */
@Internal
public final class KvsReadException extends IOException {

    private static final long serialVersionUID = 1L;

    public KvsReadException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
