/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.operations;

import io.github.flinkkvs.testing.behavior.archive.ArchiveBehavior;
import io.github.flinkkvs.testing.internal.calls.Answers;
import io.github.flinkkvs.testing.internal.calls.Call;
import io.github.flinkkvs.testing.internal.calls.OperationHandler;
import io.github.flinkkvs.testing.internal.calls.PageToken;
import io.github.flinkkvs.testing.internal.calls.RequestFields;
import io.github.flinkkvs.testing.internal.store.FragmentArchive;
import io.github.flinkkvs.testing.internal.store.FragmentRange;
import io.github.flinkkvs.testing.internal.store.StoredDocument;
import io.github.flinkkvs.testing.internal.streams.AwsError;
import io.github.flinkkvs.testing.internal.streams.KvsStream;
import io.github.flinkkvs.testing.internal.streams.ServiceState;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import javax.annotation.Nullable;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Lists the archived fragments of a stream that begin within a range, in pages. */
public final class ListFragments implements OperationHandler {
    private static final int MAX_RESULTS = 1_000;
    private static final double MILLIS_PER_SECOND = 1000.0;
    private static final String SERVER = "SERVER_TIMESTAMP";
    private static final String PRODUCER = "PRODUCER_TIMESTAMP";

    /** In a token: the range and the last fragment of the page before. */
    private static final Pattern POSITION =
            Pattern.compile("(" + SERVER + "|" + PRODUCER + ") (-?\\d{1,18}) (-?\\d{1,18}) (\\d+)");

    private final ServiceState service;
    private final Answers answers;

    public ListFragments(ServiceState service, Answers answers) {
        this.service = service;
        this.answers = answers;
    }

    @Override
    public void answer(Call call) throws AwsError {
        KvsStream stream = call.stream();
        RequestFields request = call.fields();
        if (call.atPortOfAnotherStream()) {
            throw AwsError.invalidEndpoint();
        }
        Integer asked = request.integer("MaxResults");
        int max = asked == null ? MAX_RESULTS : asked;
        if (max < 1 || max > MAX_RESULTS) {
            throw AwsError.invalidArgument("MaxResults is not between 1 and " + MAX_RESULTS);
        }
        FragmentRange range =
                request.has("FragmentSelector") ? range(request.object("FragmentSelector")) : null;
        String scope = "ListFragments " + stream.arn().hashCode();
        String token = PageToken.decode(scope, request.text("NextToken"));
        BigInteger after = null;
        if (token != null) {
            Matcher position = POSITION.matcher(token);
            if (!position.matches() || range != null && !token.startsWith(text(range) + " ")) {
                throw AwsError.invalidArgument("NextToken is not valid");
            }
            range =
                    new FragmentRange(
                            position.group(1).equals(PRODUCER),
                            Long.parseLong(position.group(2)),
                            Long.parseLong(position.group(3)));
            after = new BigInteger(position.group(4));
        }
        if (range == null) {
            throw AwsError.internalFailure();
        }
        call.selector(
                type(range) + " " + seconds(range.fromMillis()) + " " + seconds(range.toMillis()));
        if (!stream.readable()) {
            throw AwsError.streamNotFound();
        }
        FragmentPoints.takeMetadata(service, call, max);
        if (token == null && !range.producerTime() && !stream.archive().covers(range.toMillis())) {
            throw AwsError.invalidArgument(
                    "End timestamp "
                            + range.toMillis()
                            + " is outside of the stream retention period.");
        }
        list(call, range, after, max, scope);
    }

    private void list(
            Call call, FragmentRange range, @Nullable BigInteger after, int max, String scope) {
        FragmentArchive archive = call.stream().archive();
        ArchiveBehavior behavior = service.behavior().archive();
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ArrayNode fragments = answer.putArray("Fragments");
        String nextToken = null;
        boolean early =
                range.fromMillis() < call.stream().creationMillis()
                        || !archive.covers(range.fromMillis());
        if (!(early && behavior.earlyStartListsNothing())) {
            FragmentArchive.Page page =
                    archive.list(range, after, Math.min(max, behavior.listingPageSize()), behavior);
            page.fragments.forEach(fragment -> fragments.add(info(fragment)));
            nextToken =
                    page.last == null
                            ? null
                            : PageToken.encode(scope, text(range) + " " + page.last);
        }
        call.fragments(fragments.size());
        answers.json(call, answer.put("NextToken", nextToken));
    }

    private static ObjectNode info(StoredDocument fragment) {
        // As floating point numbers: the service writes them in scientific notation.
        return JsonNodeFactory.instance
                .objectNode()
                .put("FragmentLengthInMilliseconds", fragment.durationMillis())
                .put("FragmentNumber", fragment.number())
                .put("FragmentSizeInBytes", fragment.archivedSize())
                .put("ProducerTimestamp", fragment.producerTimestampMillis() / MILLIS_PER_SECOND)
                .put("ServerTimestamp", fragment.serverTimestampMillis() / MILLIS_PER_SECOND);
    }

    private static FragmentRange range(RequestFields selector) throws AwsError {
        String type = selector.text("FragmentSelectorType");
        if (!SERVER.equals(type) && !PRODUCER.equals(type)) {
            throw AwsError.invalidArgument("FragmentSelectorType is missing or unknown");
        }
        RequestFields times = selector.object("TimestampRange");
        long from = millis(times, "StartTimestamp");
        long to = millis(times, "EndTimestamp");
        if (from > to) {
            throw AwsError.invalidArgument("StartTimestamp is after EndTimestamp");
        }
        return new FragmentRange(PRODUCER.equals(type), from, to);
    }

    private static long millis(RequestFields times, String name) throws AwsError {
        BigDecimal seconds = times.seconds(name);
        if (seconds == null) {
            throw AwsError.invalidArgument(name + " is missing");
        }
        return seconds.movePointRight(3).longValue();
    }

    private static String type(FragmentRange range) {
        return range.producerTime() ? PRODUCER : SERVER;
    }

    private static String text(FragmentRange range) {
        return type(range) + " " + range.fromMillis() + " " + range.toMillis();
    }

    private static String seconds(long millis) {
        return BigDecimal.valueOf(millis, 3).toPlainString();
    }
}
