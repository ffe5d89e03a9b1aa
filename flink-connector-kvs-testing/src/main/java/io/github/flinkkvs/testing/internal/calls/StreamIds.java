/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.calls;

import io.github.flinkkvs.testing.behavior.StreamSettings;
import io.github.flinkkvs.testing.internal.streams.AwsError;
import io.github.flinkkvs.testing.internal.streams.KvsStream;
import io.github.flinkkvs.testing.internal.streams.StreamRegistry;

import javax.annotation.Nullable;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the stream that a request names by StreamName or StreamARN. */
public final class StreamIds {
    private static final Pattern STREAM_ARN =
            Pattern.compile(
                    "arn:[a-z\\d-]+:kinesisvideo:[a-z0-9-]+:[0-9]+:[a-z]+/([a-zA-Z0-9_.-]+)/[0-9]+");

    private StreamIds() {}

    /** The name for the log, if there is one. */
    @Nullable
    public static String name(RequestFields request) throws AwsError {
        String arn = request.text("StreamARN");
        Matcher parts = STREAM_ARN.matcher(arn == null ? "" : arn);
        return parts.matches() ? parts.group(1) : request.text("StreamName");
    }

    /**
     * @throws AwsError if the request names no stream, or two, or one that does not exist
     */
    public static KvsStream find(StreamRegistry streams, RequestFields request) throws AwsError {
        String name = request.text("StreamName");
        String arn = request.text("StreamARN");
        if ((name == null) == (arn == null)) {
            throw AwsError.invalidArgument("Either StreamName or StreamARN must be given");
        }
        if (name != null && !StreamSettings.isName(name)
                || arn != null && !STREAM_ARN.matcher(arn).matches()) {
            throw AwsError.invalidArgument("StreamName or StreamARN is not valid");
        }
        KvsStream stream = streams.find(name(request));
        if (stream == null || arn != null && !arn.equals(stream.arn())) {
            throw AwsError.streamNotFound();
        }
        return stream;
    }
}
