/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.table.rows;

import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.mkv.FragmentHead;
import io.github.flinkkvs.mkv.FrameRecord;
import io.github.flinkkvs.table.KvsTableOptions;

import org.apache.flink.annotation.Internal;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.DataType;

import javax.annotation.Nullable;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The {@code METADATA} columns of a table: everything about a fragment or frame except its bytes.
 */
@Internal
public enum MetadataColumn {
    STREAM_NAME(
            "stream-name",
            DataTypes.STRING(),
            "Name of the stream",
            fragment -> StringData.fromString(fragment.streamName()),
            ofHead(head -> StringData.fromString(head.streamName()))),
    STREAM_ARN(
            "stream-arn",
            DataTypes.STRING(),
            "ARN of the stream, which ends with its creation time",
            fragment -> StringData.fromString(fragment.streamArn()),
            ofHead(head -> StringData.fromString(head.streamArn()))),
    FRAGMENT_NUMBER(
            "fragment-number",
            DataTypes.STRING(),
            "Number of the fragment. It increases within a stream if compared as a number, not as text",
            fragment -> StringData.fromString(fragment.number().toString()),
            ofHead(head -> StringData.fromString(head.number().toString()))),
    SERVER_TIMESTAMP(
            "server-timestamp",
            DataTypes.TIMESTAMP_LTZ(3),
            "When the service began to receive the fragment, by its clock",
            fragment -> TimestampData.fromEpochMillis(fragment.serverTimestampMillis()),
            ofHead(head -> TimestampData.fromEpochMillis(head.serverTimestampMillis()))),
    PRODUCER_TIMESTAMP(
            "producer-timestamp",
            DataTypes.TIMESTAMP_LTZ(3),
            "When the producer began to record the fragment, by its clock, which can go back, or begin"
                    + " at 1970",
            fragment -> TimestampData.fromEpochMillis(fragment.producerTimestampMillis()),
            ofHead(head -> TimestampData.fromEpochMillis(head.producerTimestampMillis()))),
    ARRIVAL_TIMESTAMP(
            "arrival-timestamp",
            DataTypes.TIMESTAMP_LTZ(3),
            "When the last byte of the fragment, or of the frame, arrived at the task that reads the"
                    + " stream, by the clock of its machine",
            fragment -> MetadataValues.timestamp(fragment.arrival()),
            frame -> MetadataValues.timestamp(frame.arrival())),
    RECEIVE_DURATION(
            "receive-duration",
            DataTypes.BIGINT(),
            "Milliseconds from the arrival of its first byte to that of its last",
            fragment -> MetadataValues.durationMillis(fragment.arrival()),
            frame -> MetadataValues.durationMillis(frame.arrival())),
    MILLIS_BEHIND_NOW(
            "millis-behind-now",
            DataTypes.BIGINT(),
            "How far the fragment was behind the newest one when the service sent it. NULL with record"
                    + " = frame, because the service sends it after the frames",
            Fragment::millisBehindNow,
            frame -> null),
    SIZE(
            "size",
            DataTypes.BIGINT(),
            "Size of the fragment, or of the frame, in bytes",
            fragment -> (long) fragment.sizeBytes(),
            frame -> (long) frame.frame().sizeBytes()),
    TAGS(
            "tags",
            DataTypes.MAP(DataTypes.STRING(), DataTypes.STRING()),
            "The fragment's tags without those of the service; if a name occurs twice, the last one"
                    + " counts. With record = frame, the tags before the frames",
            fragment -> MetadataValues.tagMap(fragment.userTags()),
            ofHead(head -> MetadataValues.tagMap(head.userTags()))),
    TAG_LIST(
            "tag-list",
            DataTypes.ARRAY(
                    DataTypes.ROW(
                            DataTypes.FIELD("name", DataTypes.STRING()),
                            DataTypes.FIELD("value", DataTypes.STRING()))),
            "The same tags with all values, in their order",
            fragment -> MetadataValues.tagList(fragment.userTags()),
            ofHead(head -> MetadataValues.tagList(head.userTags()))),
    TRACKS(
            "tracks",
            DataTypes.ARRAY(
                    DataTypes.ROW(
                            DataTypes.FIELD("number", DataTypes.BIGINT()),
                            DataTypes.FIELD("name", DataTypes.STRING()),
                            DataTypes.FIELD("type", DataTypes.STRING()),
                            DataTypes.FIELD("codec_id", DataTypes.STRING()),
                            DataTypes.FIELD("codec_private", DataTypes.BYTES()),
                            DataTypes.FIELD("width", DataTypes.INT()),
                            DataTypes.FIELD("height", DataTypes.INT()),
                            DataTypes.FIELD("sampling_frequency", DataTypes.DOUBLE()),
                            DataTypes.FIELD("channels", DataTypes.INT()))),
            "The fragment's tracks. Type is VIDEO, AUDIO, SUBTITLE, METADATA or OTHER; width and"
                    + " height are in pixels, sampling_frequency is in Hz;"
                    + " a value that a track does not have is NULL",
            fragment -> MetadataValues.tracks(fragment.tracks()),
            ofHead(head -> MetadataValues.tracks(head.tracks()))),
    TRACK_NUMBER(
            "track-number",
            DataTypes.BIGINT(),
            "Number of the frame's track",
            null,
            frame -> frame.track().number()),
    TRACK_NAME(
            "track-name",
            DataTypes.STRING(),
            "Its name; NULL if it has none",
            null,
            frame -> StringData.fromString(frame.track().name())),
    TRACK_TYPE(
            "track-type",
            DataTypes.STRING(),
            "Its type: VIDEO, AUDIO, SUBTITLE, METADATA or OTHER",
            null,
            frame -> StringData.fromString(frame.track().type().name())),
    CODEC_ID(
            "codec-id",
            DataTypes.STRING(),
            "Its CodecID, such as V_MPEG4/ISO/AVC, as the producer declares it",
            null,
            frame -> StringData.fromString(frame.track().codecId())),
    CODEC_PRIVATE(
            "codec-private",
            DataTypes.BYTES(),
            "Its CodecPrivate, which a decoder needs; NULL if it has none",
            null,
            frame -> frame.track().codecPrivate()),
    FRAME_INDEX(
            "frame-index",
            DataTypes.INT(),
            "Index of the frame among all frames of the fragment, from 0",
            null,
            frame -> frame.frame().index()),
    FRAME_TIMESTAMP(
            "frame-timestamp",
            DataTypes.TIMESTAMP_LTZ(3),
            "When the frame was recorded, by the producer's clock",
            null,
            frame -> TimestampData.fromEpochMillis(frame.frame().timestampMillis())),
    KEY_FRAME(
            "key-frame",
            DataTypes.BOOLEAN(),
            "Whether the frame can be decoded without another one",
            null,
            frame -> frame.frame().isKeyFrame());

    private final String key;
    private final DataType type;
    private final String description;
    @Nullable private final Function<Fragment, Object> ofFragment;
    private final Function<FrameRecord, Object> ofFrame;

    MetadataColumn(
            String key,
            DataType type,
            String description,
            @Nullable Function<Fragment, Object> ofFragment,
            Function<FrameRecord, Object> ofFrame) {
        this.key = key;
        this.type = type;
        this.description = description;
        this.ofFragment = ofFragment;
        this.ofFrame = ofFrame;
    }

    /** The key in {@code METADATA FROM 'key'}. */
    public String key() {
        return key;
    }

    public DataType type() {
        return type;
    }

    public String description() {
        return description;
    }

    /** Whether rows of this mode have the column. */
    boolean isIn(KvsTableOptions.RecordMode mode) {
        return mode == KvsTableOptions.RecordMode.FRAME || ofFragment != null;
    }

    /** The value in Flink's internal form; null is NULL. */
    @Nullable
    public Object of(Fragment fragment) {
        return ofFragment.apply(fragment);
    }

    /** The value in Flink's internal form; null is NULL. */
    @Nullable
    public Object of(FrameRecord frame) {
        return ofFrame.apply(frame);
    }

    // All types are nullable, so that columns declared as usual, without NOT NULL, need no cast: it
    // would copy each map and array.

    /** The columns of a mode by their keys, in the order of the documentation. */
    public static Map<String, MetadataColumn> of(KvsTableOptions.RecordMode mode) {
        return Arrays.stream(values())
                .filter(column -> column.isIn(mode))
                .collect(
                        Collectors.toMap(
                                MetadataColumn::key,
                                Function.identity(),
                                (one, other) -> one,
                                LinkedHashMap::new));
    }

    /** The column with the time of a row, which is also the timestamp of its record. */
    public static MetadataColumn time(KvsTableOptions.RecordMode mode) {
        return mode == KvsTableOptions.RecordMode.FRAGMENT ? PRODUCER_TIMESTAMP : FRAME_TIMESTAMP;
    }

    private static Function<FrameRecord, Object> ofHead(Function<FragmentHead, Object> value) {
        return frame -> value.apply(frame.fragment());
    }
}
