/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.output;

import io.github.flinkkvs.media.Picture;
import io.github.flinkkvs.media.PictureWriter;

import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Writes pictures as JPEGs, under names that sort by time, and a contact sheet at the end of each
 * stream. A picture that comes again after a failure replaces itself, and the sheet begins again.
 */
public final class WritePictures extends KeyedProcessFunction<String, Picture, String> {

    public static final String CONTACT_SHEET = "contact-sheet.jpg";

    private static final long serialVersionUID = 1L;

    private static final int COLUMNS = 6;
    private static final int MAX_ON_SHEET = 8 * COLUMNS;
    private static final int THUMBNAIL_WIDTH = 200;
    private static final int GAP = 4;

    private final String folder;
    private final Map<String, String> labels;

    /** The latest pictures of each stream. */
    private transient Map<String, Deque<Picture>> latest;

    /**
     * @param labels the names of streams in the output, by the names that the service knows
     */
    public WritePictures(String folder, Map<String, String> labels) {
        this.folder = folder;
        this.labels = labels;
    }

    @Override
    public void open(OpenContext context) {
        latest = new HashMap<>();
    }

    @Override
    public void processElement(Picture picture, Context context, Collector<String> out) {
        // Fires at the end of the input.
        context.timerService().registerEventTimeTimer(Long.MAX_VALUE);
        String name =
                String.format(
                        Locale.ROOT, "%s-%05d.jpg", picture.fragmentNumber(), picture.frameIndex());
        Path file = write(picture.streamName(), name, PictureWriter.jpeg().encode(picture));
        Deque<Picture> sheet =
                latest.computeIfAbsent(picture.streamName(), stream -> new ArrayDeque<>());
        if (sheet.size() == MAX_ON_SHEET) {
            sheet.removeFirst();
        }
        sheet.addLast(picture);
        out.collect(file.toString());
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<String> out) {
        Deque<Picture> sheet = latest.remove(context.getCurrentKey());
        if (sheet != null) {
            byte[] jpeg = PictureWriter.jpeg().encode(contactSheet(sheet));
            write(context.getCurrentKey(), CONTACT_SHEET, jpeg);
        }
    }

    private Path write(String stream, String name, byte[] bytes) {
        return OutputFile.write(
                folder, labels.getOrDefault(stream, stream), name, out -> out.write(bytes));
    }

    private static BufferedImage thumbnail(Picture picture) {
        int height = Math.max(1, THUMBNAIL_WIDTH * picture.height() / picture.width());
        BufferedImage small =
                new BufferedImage(THUMBNAIL_WIDTH, height, BufferedImage.TYPE_3BYTE_BGR);
        Graphics2D graphics = small.createGraphics();
        graphics.setRenderingHint(
                RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
        graphics.drawImage(picture.toBufferedImage(), 0, 0, THUMBNAIL_WIDTH, height, null);
        graphics.dispose();
        return small;
    }

    private static BufferedImage contactSheet(Deque<Picture> latest) {
        List<BufferedImage> pictures = latest.stream().map(WritePictures::thumbnail).toList();
        int columns = Math.min(COLUMNS, pictures.size());
        int rows = (pictures.size() + COLUMNS - 1) / COLUMNS;
        int rowHeight = GAP + pictures.stream().mapToInt(BufferedImage::getHeight).max().orElse(0);
        BufferedImage sheet =
                new BufferedImage(
                        GAP + columns * (THUMBNAIL_WIDTH + GAP),
                        GAP + rows * rowHeight,
                        BufferedImage.TYPE_3BYTE_BGR);
        Graphics2D graphics = sheet.createGraphics();
        int i = 0;
        for (BufferedImage picture : pictures) {
            int x = GAP + i % COLUMNS * (THUMBNAIL_WIDTH + GAP);
            graphics.drawImage(picture, x, GAP + i / COLUMNS * rowHeight, null);
            i++;
        }
        graphics.dispose();
        return sheet;
    }
}
