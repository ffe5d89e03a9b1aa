/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.backfill;

import io.github.flinkkvs.examples.errors.ExampleException;
import io.github.flinkkvs.examples.input.Input;
import io.github.flinkkvs.examples.input.SdkClients;
import io.github.flinkkvs.mkv.FragmentNumber;

import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.kinesisvideo.KinesisVideoAsyncClient;
import software.amazon.awssdk.services.kinesisvideo.model.APIName;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.KinesisVideoArchivedMediaAsyncClient;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.Fragment;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.FragmentSelector;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.FragmentSelectorType;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.ListFragmentsRequest;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.ListFragmentsResponse;

import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;

/**
 * Asks the service which fragments it stores, with the AWS SDK alone: the answer must not come from
 * the connector, which it checks.
 */
public final class StoredFragments {

    private static final long PAGE = 1_000;

    private final Input input;

    /**
     * @param input the service, its region and the credentials
     */
    public StoredFragments(Input input) {
        this.input = input;
    }

    /** The numbers of a stream's fragments from one server timestamp to another, in any order. */
    public List<FragmentNumber> list(String stream, long fromMillis, long toMillis) {
        try (KinesisVideoArchivedMediaAsyncClient archive =
                SdkClients.at(
                                archiveOf(stream),
                                SdkClients.with(
                                        input, KinesisVideoArchivedMediaAsyncClient.builder()))
                        .build()) {
            ListFragmentsRequest request =
                    ListFragmentsRequest.builder()
                            .streamName(stream)
                            .maxResults(PAGE)
                            .fragmentSelector(serverTimestamps(fromMillis, toMillis))
                            .build();
            List<FragmentNumber> numbers = new ArrayList<>();
            while (true) {
                ListFragmentsResponse page = archive.listFragments(request).join();
                for (Fragment fragment : page.fragments()) {
                    numbers.add(FragmentNumber.of(fragment.fragmentNumber()));
                }
                if (page.nextToken() == null) {
                    return numbers;
                }
                request = request.toBuilder().nextToken(page.nextToken()).build();
            }
        } catch (CompletionException e) {
            if (e.getCause() instanceof SdkException refused) {
                throw new ExampleException(
                        "Cannot list the fragments of " + stream + ": " + refused.getMessage());
            }
            throw e;
        }
    }

    private URI archiveOf(String stream) {
        try (KinesisVideoAsyncClient control = SdkClients.control(input)) {
            return URI.create(
                    control.getDataEndpoint(
                                    request ->
                                            request.streamName(stream)
                                                    .apiName(APIName.LIST_FRAGMENTS))
                            .join()
                            .dataEndpoint());
        }
    }

    private static FragmentSelector serverTimestamps(long fromMillis, long toMillis) {
        return FragmentSelector.builder()
                .fragmentSelectorType(FragmentSelectorType.SERVER_TIMESTAMP)
                .timestampRange(
                        range ->
                                range.startTimestamp(Instant.ofEpochMilli(fromMillis))
                                        .endTimestamp(Instant.ofEpochMilli(toMillis)))
                .build();
    }
}
