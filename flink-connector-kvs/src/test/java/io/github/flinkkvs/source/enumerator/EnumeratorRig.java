/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.enumerator;

import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.client.streams.StreamDescription;
import io.github.flinkkvs.source.FakeConnection;
import io.github.flinkkvs.source.FakeListing;
import io.github.flinkkvs.source.StartingPosition;
import io.github.flinkkvs.source.StoppingPosition;
import io.github.flinkkvs.source.StreamPositions;
import io.github.flinkkvs.source.StreamSelector;
import io.github.flinkkvs.source.split.KvsSplit;
import io.github.flinkkvs.source.split.ReaderStreams;
import io.github.flinkkvs.source.split.StreamsOver;

import org.apache.flink.configuration.Configuration;

import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.kinesisvideo.model.ResourceNotFoundException;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** An enumerator with a service and a coordinator that are not real. */
final class EnumeratorRig {

    static final long NOW = FakeListing.NOW;

    final FakeConnection connection = new FakeConnection();
    final Configuration config = new Configuration();
    StartingPosition start = StartingPosition.now();
    StartingPosition startOfNew = StartingPosition.earliest();
    StoppingPosition stop = StoppingPosition.never();
    Map<String, StoppingPosition> stopByStream = Map.of();
    FakeCoordinator coordinator;
    KvsSourceEnumerator enumerator;

    /** Which connection, counted from 1, and all later ones, cannot be opened. */
    int failsFrom = Integer.MAX_VALUE;

    private int connections;

    static KvsSplit split(String name) {
        return KvsSplit.unread(
                FakeConnection.arn(name),
                StartingPosition.now().resolved(NOW),
                StoppingPosition.never());
    }

    static String id(String name) {
        return split(name).splitId();
    }

    static Object found(String name) {
        return new StreamDescription(FakeConnection.arn(name), 1, NOW);
    }

    static Throwable missing() {
        return ResourceNotFoundException.builder()
                .statusCode(404)
                .awsErrorDetails(
                        AwsErrorDetails.builder().errorCode("ResourceNotFoundException").build())
                .build();
    }

    EnumeratorRig create(int readers, KvsEnumeratorState restored, StreamSelector streams) {
        if (enumerator != null) {
            enumerator.close();
        }
        coordinator = new FakeCoordinator(readers);
        enumerator =
                new KvsSourceEnumerator(
                        coordinator,
                        streams,
                        new StreamPositions(start, Map.of(), startOfNew, stop, stopByStream),
                        config,
                        this::connect,
                        restored);
        return this;
    }

    private FakeConnection connect() {
        if (++connections >= failsFrom) {
            throw new IllegalArgumentException("no region");
        }
        return connection.open();
    }

    /** With streams that are named, and exist unless told otherwise. */
    EnumeratorRig create(int readers, KvsEnumeratorState restored, String... streams) {
        for (String stream : streams) {
            String named = StreamArn.isArn(stream) ? StreamArn.parse(stream).name() : stream;
            connection.descriptions.computeIfAbsent(
                    stream, name -> new ArrayDeque<>(List.of(found(named))));
        }
        return create(readers, restored, StreamSelector.named(Arrays.asList(streams)));
    }

    /** Starts, and lets the first scan finish. */
    EnumeratorRig start() throws InterruptedException {
        enumerator.start();
        coordinator.runUntil(() -> enumerator.isScanned());
        return this;
    }

    /** Readers start without streams. */
    void register(int... readers) {
        for (int reader : readers) {
            restart(reader);
        }
    }

    /** A reader starts with streams that its checkpoint had. */
    void restart(int reader, String... names) {
        coordinator.register(reader);
        enumerator.addReader(reader);
        enumerator.handleSourceEvent(
                reader,
                new ReaderStreams(
                        Arrays.stream(names).map(EnumeratorRig::id).collect(Collectors.toList())));
    }

    void over(int reader, String... names) {
        enumerator.handleSourceEvent(
                reader,
                new StreamsOver(
                        Arrays.stream(names).map(EnumeratorRig::id).collect(Collectors.toList())));
    }

    /** A reader fails, and loses these splits. */
    void fail(int reader, KvsSplit... given) {
        coordinator.fail(reader);
        enumerator.addSplitsBack(List.of(given), reader);
    }

    Map<Integer, List<KvsSplit>> assigned() {
        Map<Integer, List<KvsSplit>> assigned = new TreeMap<>();
        coordinator
                .getSplitAssignments()
                .forEach((reader, state) -> assigned.put(reader, state.getAssignedSplits()));
        return assigned;
    }

    /** What a reader was given, by name, in turn. */
    List<String> assigned(int reader) {
        return assigned().getOrDefault(reader, List.of()).stream()
                .map(split -> split.arn().name())
                .collect(Collectors.toList());
    }

    static List<String> names(Collection<List<KvsSplit>> splits) {
        return splits.stream()
                .flatMap(List::stream)
                .map(split -> split.arn().name())
                .sorted()
                .collect(Collectors.toList());
    }

    List<String> allAssigned() {
        return names(new ArrayList<>(assigned().values()));
    }

    KvsEnumeratorState state() {
        return enumerator.snapshotState(1);
    }
}
