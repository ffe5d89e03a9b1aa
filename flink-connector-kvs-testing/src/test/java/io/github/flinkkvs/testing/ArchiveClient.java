/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing;

import io.github.flinkkvs.testing.log.StoredFragment;

import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.KinesisVideoArchivedMediaClient;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.Fragment;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.FragmentSelector;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.FragmentSelectorType;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.GetMediaForFragmentListResponse;
import software.amazon.awssdk.services.kinesisvideoarchivedmedia.model.ListFragmentsResponse;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** An unmodified AWS client of archived media. */
final class ArchiveClient implements AutoCloseable {
    final KinesisVideoArchivedMediaClient client;

    ArchiveClient(URI endpoint) {
        client =
                KinesisVideoArchivedMediaClient.builder()
                        .endpointOverride(endpoint)
                        .region(Region.US_EAST_1)
                        .credentialsProvider(TestClients.credentials())
                        .overrideConfiguration(
                                o -> o.retryStrategy(DefaultRetryStrategy.doNotRetry()))
                        .build();
    }

    static FragmentSelector range(FragmentSelectorType type, long fromMillis, long toMillis) {
        return FragmentSelector.builder()
                .fragmentSelectorType(type)
                .timestampRange(
                        times ->
                                times.startTimestamp(Instant.ofEpochMilli(fromMillis))
                                        .endTimestamp(Instant.ofEpochMilli(toMillis)))
                .build();
    }

    static FragmentSelector always() {
        return range(FragmentSelectorType.SERVER_TIMESTAMP, 0, 4_000_000_000_000L);
    }

    ListFragmentsResponse list(String stream, FragmentSelector selector) {
        return client.listFragments(
                r -> r.streamName(stream).fragmentSelector(selector).maxResults(1_000L));
    }

    /** All pages, as the SDK reads them. */
    List<Fragment> listAll(String stream, FragmentSelector selector) {
        List<Fragment> all = new ArrayList<>();
        client.listFragmentsPaginator(
                        r -> r.streamName(stream).fragmentSelector(selector).maxResults(1_000L))
                .fragments()
                .forEach(all::add);
        return all;
    }

    List<String> numbers(String stream, FragmentSelector selector) {
        return listAll(stream, selector).stream()
                .map(Fragment::fragmentNumber)
                .collect(Collectors.toList());
    }

    ResponseInputStream<GetMediaForFragmentListResponse> open(String stream, String... numbers) {
        return client.getMediaForFragmentList(r -> r.streamName(stream).fragments(numbers));
    }

    byte[] read(String stream, String... numbers) {
        try (ResponseInputStream<GetMediaForFragmentListResponse> body = open(stream, numbers)) {
            return body.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    byte[] read(String stream, List<StoredFragment> fragments) {
        return read(stream, fragments.stream().map(StoredFragment::number).toArray(String[]::new));
    }

    static byte[] archived(StoredFragment... fragments) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        Arrays.asList(fragments).forEach(fragment -> all.writeBytes(fragment.archivedBytes()));
        return all.toByteArray();
    }

    @Override
    public void close() {
        client.close();
    }
}
