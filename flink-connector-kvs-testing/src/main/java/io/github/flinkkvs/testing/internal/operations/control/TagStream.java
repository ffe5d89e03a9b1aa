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

import java.util.LinkedHashMap;
import java.util.Map;

/** Adds tags to a stream, and replaces those with the same keys. */
public final class TagStream implements OperationHandler {
    private final Answers answers;

    public TagStream(Answers answers) {
        this.answers = answers;
    }

    @Override
    public void answer(Call call) throws AwsError {
        Map<String, String> added = call.fields().textMap("Tags");
        if (added.isEmpty() || added.size() > StreamSettings.MAX_TAGS) {
            throw AwsError.invalidArgument(
                    "Tags has not 1 to " + StreamSettings.MAX_TAGS + " tags");
        }
        if (!call.stream().readable()) {
            throw AwsError.streamNotFound();
        }
        call.stream()
                .tags(
                        settings -> {
                            Map<String, String> all = new LinkedHashMap<>(settings.tags());
                            all.putAll(added);
                            StreamFields.checkTagCount(all);
                            return StreamFields.valid(settings.toBuilder().tags(added));
                        });
        answers.done(call);
    }
}
