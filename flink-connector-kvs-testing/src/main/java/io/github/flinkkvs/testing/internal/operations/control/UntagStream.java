/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.operations.control;

import io.github.flinkkvs.testing.behavior.StreamSettings;
import io.github.flinkkvs.testing.internal.calls.Answers;
import io.github.flinkkvs.testing.internal.calls.Call;
import io.github.flinkkvs.testing.internal.calls.OperationHandler;
import io.github.flinkkvs.testing.internal.streams.AwsError;

import java.util.List;

/** Removes tags from a stream, as far as it has them. */
public final class UntagStream implements OperationHandler {
    private final Answers answers;

    public UntagStream(Answers answers) {
        this.answers = answers;
    }

    @Override
    public void answer(Call call) throws AwsError {
        List<String> keys = call.fields().texts("TagKeyList");
        if (keys.isEmpty() || keys.size() > StreamSettings.MAX_TAGS) {
            throw AwsError.invalidArgument(
                    "TagKeyList has not 1 to " + StreamSettings.MAX_TAGS + " keys");
        }
        if (!call.stream().readable()) {
            throw AwsError.streamNotFound();
        }
        call.stream()
                .tags(
                        settings -> {
                            StreamSettings.Builder left = settings.toBuilder();
                            keys.forEach(left::withoutTag);
                            return left.build();
                        });
        answers.done(call);
    }
}
