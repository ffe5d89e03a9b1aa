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
import io.github.flinkkvs.testing.internal.calls.PageToken;
import io.github.flinkkvs.testing.internal.calls.RequestFields;
import io.github.flinkkvs.testing.internal.streams.AwsError;
import io.github.flinkkvs.testing.internal.streams.KvsStream;
import io.github.flinkkvs.testing.internal.streams.ServiceState;
import io.github.flinkkvs.testing.internal.streams.StreamRegistry;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Lists streams by the beginning of their names, in pages. */
public final class ListStreams implements OperationHandler {
    private static final int MAX_RESULTS = 10_000;
    private static final String TOKEN_SCOPE = "ListStreams";

    private final ServiceState service;
    private final StreamRegistry streams;
    private final Answers answers;

    public ListStreams(ServiceState service, StreamRegistry streams, Answers answers) {
        this.service = service;
        this.streams = streams;
        this.answers = answers;
    }

    @Override
    public void answer(Call call) throws AwsError {
        RequestFields request = call.fields();
        Integer asked = request.integer("MaxResults");
        int max = asked == null ? MAX_RESULTS : asked;
        if (max < 1 || max > MAX_RESULTS) {
            throw AwsError.invalidArgument("MaxResults is not between 1 and 10000");
        }
        String prefix = namePrefix(request.object("StreamNameCondition"));
        String after = PageToken.decode(TOKEN_SCOPE, request.text("NextToken"));
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ArrayNode infos = answer.putArray("StreamInfoList");
        String last = null;
        for (KvsStream stream : streams.behind(after)) {
            if (stream.name().startsWith(prefix)) {
                if (infos.size() == max) {
                    answer.put("NextToken", PageToken.encode(TOKEN_SCOPE, last));
                    break;
                }
                infos.add(DescribeStream.info(service, stream));
                last = stream.name();
            }
        }
        answers.json(call, answer);
    }

    private static String namePrefix(RequestFields condition) throws AwsError {
        String operator = condition.text("ComparisonOperator");
        if (operator != null && !operator.equals("BEGINS_WITH")) {
            throw AwsError.invalidArgument("ComparisonOperator is not BEGINS_WITH");
        }
        String prefix = condition.text("ComparisonValue");
        if (prefix != null && !StreamSettings.isName(prefix)) {
            throw AwsError.invalidArgument("ComparisonValue is not the beginning of a name");
        }
        return prefix == null ? "" : prefix;
    }
}
