/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.table.rows;

import io.github.flinkkvs.mkv.Arrival;
import io.github.flinkkvs.mkv.Tag;
import io.github.flinkkvs.mkv.Track;

import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.MapData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;

import javax.annotation.Nullable;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Values of metadata columns in Flink's internal form. */
final class MetadataValues {

    @Nullable
    static TimestampData timestamp(@Nullable Arrival arrival) {
        return arrival == null ? null : TimestampData.fromEpochMillis(arrival.timestampMillis());
    }

    @Nullable
    static Long durationMillis(@Nullable Arrival arrival) {
        return arrival == null ? null : TimeUnit.NANOSECONDS.toMillis(arrival.durationNanos());
    }

    static MapData tagMap(List<Tag> tags) {
        Map<StringData, StringData> map = new LinkedHashMap<>();
        for (Tag tag : tags) {
            map.put(StringData.fromString(tag.name()), StringData.fromString(tag.value()));
        }
        return new GenericMapData(map);
    }

    static ArrayData tagList(List<Tag> tags) {
        return new GenericArrayData(
                tags.stream()
                        .map(
                                tag ->
                                        GenericRowData.of(
                                                StringData.fromString(tag.name()),
                                                StringData.fromString(tag.value())))
                        .toArray());
    }

    static ArrayData tracks(List<Track> tracks) {
        return new GenericArrayData(tracks.stream().map(MetadataValues::track).toArray());
    }

    private static GenericRowData track(Track track) {
        Track.Video video = track.video();
        Track.Audio audio = track.audio();
        return GenericRowData.of(
                track.number(),
                StringData.fromString(track.name()),
                StringData.fromString(track.type().name()),
                StringData.fromString(track.codecId()),
                track.codecPrivate(),
                video == null ? null : video.pixelWidth(),
                video == null ? null : video.pixelHeight(),
                audio == null ? null : audio.samplingFrequency(),
                audio == null ? null : audio.channels());
    }

    private MetadataValues() {}
}
