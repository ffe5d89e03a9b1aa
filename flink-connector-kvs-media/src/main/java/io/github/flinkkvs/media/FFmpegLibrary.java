/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media;

import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.ffmpeg.global.swresample;
import org.bytedeco.ffmpeg.global.swscale;
import org.bytedeco.javacpp.Loader;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * FFmpeg's native libraries: loaded once, or a message that says what is missing.
 *
 * <p>They are unpacked from their jar into a folder that all processes of a user share; JavaCPP
 * locks it while it writes.
 */
final class FFmpegLibrary {

    private static final String CACHE = "org.bytedeco.javacpp.cachedir";

    private static boolean loaded;

    private FFmpegLibrary() {}

    static synchronized void load() {
        if (loaded) {
            return;
        }
        try {
            if (System.getProperty(CACHE) == null) {
                System.setProperty(CACHE, cacheFolder().toString());
            }
            Loader.load(avutil.class);
            Loader.load(avcodec.class);
            Loader.load(swscale.class);
            Loader.load(swresample.class);
        } catch (LinkageError | IOException e) {
            throw new MediaException(
                    "FFmpeg cannot be loaded on "
                            + platform()
                            + ": "
                            + String.valueOf(e.getMessage()).lines().findFirst().orElse("")
                            + ". The jars of org.bytedeco:ffmpeg and org.bytedeco:javacpp with the"
                            + " classifier "
                            + platform()
                            + " must be in the job's jar or in Flink's lib folder, and "
                            + System.getProperty(CACHE, "java.io.tmpdir")
                            + " must be writable (-D"
                            + CACHE
                            + " names another folder)",
                    e);
        }
        // What is damaged is counted and said by the decoder's owner.
        avutil.av_log_set_level(avutil.AV_LOG_PANIC);
        loaded = true;
    }

    private static String platform() {
        try {
            return Loader.getPlatform();
        } catch (LinkageError e) {
            return System.getProperty("os.name") + " " + System.getProperty("os.arch");
        }
    }

    /** Code is loaded from it, so in a folder for everybody it has to be our own. */
    private static Path cacheFolder() throws IOException {
        String user = System.getProperty("user.name");
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        Path folder = temporary.resolve("javacpp-" + user);
        Files.createDirectories(temporary);
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            Path fresh = Files.createTempDirectory(temporary, "javacpp-" + user);
            try {
                return Files.move(fresh, folder);
            } catch (IOException e) {
                // Another process was faster; whose it is, is looked at below.
                Files.deleteIfExists(fresh);
            }
        }
        boolean own =
                Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
                        && Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS).getName().equals(user);
        return own ? folder : Files.createTempDirectory(temporary, "javacpp-" + user);
    }
}
