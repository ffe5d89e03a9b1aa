/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.operations.control;

import io.github.flinkkvs.testing.internal.calls.Answers;
import io.github.flinkkvs.testing.internal.calls.Call;
import io.github.flinkkvs.testing.internal.calls.OperationHandler;
import io.github.flinkkvs.testing.internal.calls.PageToken;
import io.github.flinkkvs.testing.internal.streams.AwsError;
import io.github.flinkkvs.testing.internal.streams.KvsStream;
import io.github.flinkkvs.testing.internal.streams.ServiceState;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.util.Map;
import java.util.TreeMap;

/** Lists the tags of a stream, in pages. */
public final class ListTagsForStream implements OperationHandler {
    private final ServiceState service;
    private final Answers answers;

    public ListTagsForStream(ServiceState service, Answers answers) {
        this.service = service;
        this.answers = answers;
    }

    @Override
    public void answer(Call call) throws AwsError {
        KvsStream stream = call.stream();
        String scope = "ListTagsForStream " + stream.arn().hashCode();
        String after = PageToken.decode(scope, call.fields().text("NextToken"));
        int max = service.behavior().listTagsPageSize();
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ObjectNode tags = answer.putObject("Tags");
        String last = null;
        // By key, so that a page goes on in the right place even if tags changed meanwhile.
        for (Map.Entry<String, String> tag : new TreeMap<>(stream.settings().tags()).entrySet()) {
            if (after != null && tag.getKey().compareTo(after) <= 0) {
                continue;
            }
            if (tags.size() == max) {
                answer.put("NextToken", PageToken.encode(scope, last));
                break;
            }
            tags.put(tag.getKey(), tag.getValue());
            last = tag.getKey();
        }
        answers.json(call, answer);
    }
}
