/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.behavior;

import java.time.Duration;

/**
 * The service's quotas and time limits. A number of 0 or a duration of zero switches a limit off.
 * The instance that {@link io.github.flinkkvs.testing.EmbeddedKvs#limits()} returns may be changed
 * while the server runs; open bodies keep their session cap. Thread-safe.
 */
public final class Limits {
    private volatile int callsPerSecond;
    private volatile int accountCallsPerSecond;
    private volatile int listCallsPerSecond;
    private volatile int changeCallsPerSecond;
    private volatile int streamsPerAccount;
    private volatile int connectionsPerStream;
    private volatile int fragmentsPerSecond;
    private volatile long bytesPerSecond;
    private volatile int fragmentMediaPerSecond;
    private volatile int fragmentMetadataPerSecond;
    private volatile int archiveConnectionsPerStream;
    private volatile Duration idleEnd = Duration.ofSeconds(3);
    private volatile Duration sessionCap = Duration.ZERO;
    private volatile int producersPerStream;
    private volatile int producerFragmentsPerSecond;
    private volatile long producerBytesPerSecond;
    private volatile Duration producerIdleEnd = Duration.ofSeconds(30);
    private volatile Duration producerSessionCap = Duration.ZERO;
    private volatile long maxFragmentBytes = 50_000_000;
    private volatile Duration maxFragmentDuration = Duration.ofSeconds(20);
    private volatile int maxTracks = 3;
    private volatile int maxTagsPerFragment = 10;

    private Limits() {}

    /** The service's real values. */
    public static Limits service() {
        return none().callsPerSecond(5)
                .accountCallsPerSecond(300)
                .listCallsPerSecond(50)
                .changeCallsPerSecond(50)
                .streamsPerAccount(10_000)
                .connectionsPerStream(3)
                .fragmentsPerSecond(5)
                .bytesPerSecond(25_000_000)
                .fragmentMediaPerSecond(500)
                .fragmentMetadataPerSecond(10_000)
                .archiveConnectionsPerStream(5)
                .sessionCap(Duration.ofMinutes(45))
                .producersPerStream(1)
                .producerFragmentsPerSecond(5)
                .producerBytesPerSecond(12_500_000)
                .producerSessionCap(Duration.ofMinutes(45));
    }

    /**
     * No quotas and no session caps; calls still end when they are idle, and the rules for what a
     * producer may send stay.
     */
    public static Limits none() {
        return new Limits();
    }

    /** An independent copy. */
    public Limits copy() {
        return none().callsPerSecond(callsPerSecond)
                .accountCallsPerSecond(accountCallsPerSecond)
                .listCallsPerSecond(listCallsPerSecond)
                .changeCallsPerSecond(changeCallsPerSecond)
                .streamsPerAccount(streamsPerAccount)
                .connectionsPerStream(connectionsPerStream)
                .fragmentsPerSecond(fragmentsPerSecond)
                .bytesPerSecond(bytesPerSecond)
                .fragmentMediaPerSecond(fragmentMediaPerSecond)
                .fragmentMetadataPerSecond(fragmentMetadataPerSecond)
                .archiveConnectionsPerStream(archiveConnectionsPerStream)
                .idleEnd(idleEnd)
                .sessionCap(sessionCap)
                .producersPerStream(producersPerStream)
                .producerFragmentsPerSecond(producerFragmentsPerSecond)
                .producerBytesPerSecond(producerBytesPerSecond)
                .producerIdleEnd(producerIdleEnd)
                .producerSessionCap(producerSessionCap)
                .maxFragmentBytes(maxFragmentBytes)
                .maxFragmentDuration(maxFragmentDuration)
                .maxTracks(maxTracks)
                .maxTagsPerFragment(maxTagsPerFragment);
    }

    /** Calls per second of each operation on one stream; ListStreams has no stream. */
    public Limits callsPerSecond(int calls) {
        callsPerSecond = calls;
        return this;
    }

    /** Calls per second of DescribeStream, and as many of GetDataEndpoint, on all streams. */
    public Limits accountCallsPerSecond(int calls) {
        accountCallsPerSecond = calls;
        return this;
    }

    /** Calls per second of ListStreams, and as many of ListTagsForStream on all streams. */
    public Limits listCallsPerSecond(int calls) {
        listCallsPerSecond = calls;
        return this;
    }

    /**
     * Calls per second, on all streams, of each operation that creates, changes, tags or deletes
     * streams.
     */
    public Limits changeCallsPerSecond(int calls) {
        changeCallsPerSecond = calls;
        return this;
    }

    /** Streams that there may be for CreateStream to create another one. */
    public Limits streamsPerAccount(int streams) {
        streamsPerAccount = streams;
        return this;
    }

    /** Concurrent GetMedia connections of all consumers on one stream. */
    public Limits connectionsPerStream(int connections) {
        connectionsPerStream = connections;
        return this;
    }

    /** Fragments that one GetMedia connection delivers per second. */
    public Limits fragmentsPerSecond(int fragments) {
        fragmentsPerSecond = fragments;
        return this;
    }

    /** Bytes that one connection of GetMedia or GetMediaForFragmentList delivers per second. */
    public Limits bytesPerSecond(long bytes) {
        bytesPerSecond = bytes;
        return this;
    }

    /**
     * Fragments that GetMediaForFragmentList calls of all consumers of one stream may ask for per
     * second. A call that asks for more than a second's passes if there were none before, and
     * delays the next ones.
     */
    public Limits fragmentMediaPerSecond(int fragments) {
        fragmentMediaPerSecond = fragments;
        return this;
    }

    /**
     * Points per second of all ListFragments calls on one stream; each costs its MaxResults, found
     * or not.
     */
    public Limits fragmentMetadataPerSecond(int points) {
        fragmentMetadataPerSecond = points;
        return this;
    }

    /** Concurrent GetMediaForFragmentList connections of all consumers on one stream. */
    public Limits archiveConnectionsPerStream(int connections) {
        archiveConnectionsPerStream = connections;
        return this;
    }

    /** Time without media after which a GetMedia body ends. */
    public Limits idleEnd(Duration time) {
        idleEnd = time;
        return this;
    }

    /** Time after which a GetMedia body ends in any case. */
    public Limits sessionCap(Duration time) {
        sessionCap = time;
        return this;
    }

    /** Concurrent PutMedia connections on one stream; the newest is refused. */
    public Limits producersPerStream(int producers) {
        producersPerStream = producers;
        return this;
    }

    /** Fragments that one PutMedia connection may send per second; the service reads no faster. */
    public Limits producerFragmentsPerSecond(int fragments) {
        producerFragmentsPerSecond = fragments;
        return this;
    }

    /** Bytes that the service reads per second from one PutMedia connection. */
    public Limits producerBytesPerSecond(long bytes) {
        producerBytesPerSecond = bytes;
        return this;
    }

    /** Time without a byte from the producer after which a PutMedia call ends. */
    public Limits producerIdleEnd(Duration time) {
        producerIdleEnd = time;
        return this;
    }

    /** Time after which a PutMedia call ends in any case. */
    public Limits producerSessionCap(Duration time) {
        producerSessionCap = time;
        return this;
    }

    /** How large a fragment of PutMedia may be. */
    public Limits maxFragmentBytes(long bytes) {
        maxFragmentBytes = bytes;
        return this;
    }

    /** How far behind its Cluster Timestamp a frame of PutMedia may be. */
    public Limits maxFragmentDuration(Duration time) {
        maxFragmentDuration = time;
        return this;
    }

    /** How many tracks PutMedia may send. */
    public Limits maxTracks(int tracks) {
        maxTracks = tracks;
        return this;
    }

    /** How many tags a fragment of PutMedia may have; 0 also lifts the rules for their text. */
    public Limits maxTagsPerFragment(int tags) {
        maxTagsPerFragment = tags;
        return this;
    }

    public int callsPerSecond() {
        return callsPerSecond;
    }

    public int accountCallsPerSecond() {
        return accountCallsPerSecond;
    }

    public int listCallsPerSecond() {
        return listCallsPerSecond;
    }

    public int changeCallsPerSecond() {
        return changeCallsPerSecond;
    }

    public int streamsPerAccount() {
        return streamsPerAccount;
    }

    public int connectionsPerStream() {
        return connectionsPerStream;
    }

    public int fragmentsPerSecond() {
        return fragmentsPerSecond;
    }

    public long bytesPerSecond() {
        return bytesPerSecond;
    }

    public int fragmentMediaPerSecond() {
        return fragmentMediaPerSecond;
    }

    public int fragmentMetadataPerSecond() {
        return fragmentMetadataPerSecond;
    }

    public int archiveConnectionsPerStream() {
        return archiveConnectionsPerStream;
    }

    public Duration idleEnd() {
        return idleEnd;
    }

    public Duration sessionCap() {
        return sessionCap;
    }

    public int producersPerStream() {
        return producersPerStream;
    }

    public int producerFragmentsPerSecond() {
        return producerFragmentsPerSecond;
    }

    public long producerBytesPerSecond() {
        return producerBytesPerSecond;
    }

    public Duration producerIdleEnd() {
        return producerIdleEnd;
    }

    public Duration producerSessionCap() {
        return producerSessionCap;
    }

    public long maxFragmentBytes() {
        return maxFragmentBytes;
    }

    public Duration maxFragmentDuration() {
        return maxFragmentDuration;
    }

    public int maxTracks() {
        return maxTracks;
    }

    public int maxTagsPerFragment() {
        return maxTagsPerFragment;
    }
}
