/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.ffmpeg;

import io.github.flinkkvs.media.MediaException;

import org.apache.flink.annotation.Internal;

import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avformat;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.ffmpeg.global.swresample;
import org.bytedeco.ffmpeg.global.swscale;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;

import javax.annotation.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;

/**
 * Loads FFmpeg's native libraries once, or reports why it cannot.
 *
 * <p>Jobs come and go in a process, each with classes of its own, and none of them may leave
 * anything behind. So libraries in a job's jar are unpacked beside it, where Flink deletes them
 * with the job. JavaCPP's thread, which frees memory that the garbage collector finds, is ended,
 * since it would keep the classes of the job for ever: code here frees all that it allocates.
 * {@link #freeUnreachable} frees what other code in the job leaves to the garbage collector.
 */
@Internal
public final class FFmpegLibrary {

    private static final String CACHE = "org.bytedeco.javacpp.cachedir";

    /** With a limit, JavaCPP opens a file to measure the process and never closes it. */
    private static final String LIMIT = "org.bytedeco.javacpp.maxPhysicalBytes";

    /** How Flink names the jars of jobs, anew for each job. */
    private static final String JAR_OF_JOB = "blob_p-";

    /** The same object for all class loaders, like the system properties. */
    private static final Object PROCESS = FFmpegLibrary.class.getName().intern();

    private static boolean loaded;
    private static boolean filesLoaded;

    /**
     * The failure of the first attempt: a class that failed to initialize does not say why again.
     */
    @Nullable private static LinkageError failure;

    private FFmpegLibrary() {}

    /**
     * Loads what decodes and encodes.
     *
     * @throws MediaException if it cannot be loaded
     */
    public static synchronized void load() {
        if (loaded) {
            return;
        }
        load(avutil.class, avcodec.class, swscale.class, swresample.class);
        Pointer.interruptDeallocatorThread();
        // The decoder's owner counts and reports damage.
        avutil.av_log_set_level(avutil.AV_LOG_PANIC);
        loaded = true;
    }

    /**
     * Loads what {@link #load} loads, and what writes files: 12 MB more.
     *
     * @throws MediaException if it cannot be loaded
     */
    public static synchronized void loadWithFiles() {
        load();
        if (!filesLoaded) {
            load(avformat.class);
            filesLoaded = true;
        }
    }

    private static void load(Class<?>... libraries) {
        Path folder;
        try {
            folder = setFolder();
        } catch (IOException e) {
            throw new MediaException(
                    cannotBeLoaded()
                            + "there is no folder to unpack it: "
                            + e
                            + ". Name a folder that the user '"
                            + System.getProperty("user.name")
                            + "' may write with -D"
                            + CACHE,
                    e);
        }
        if (failure == null) {
            try {
                for (Class<?> library : libraries) {
                    Loader.load(library);
                }
            } catch (LinkageError e) {
                failure = e;
            }
            closeJarsWithTheirLoader();
        }
        if (failure != null) {
            throw new MediaException(cannotBeLoaded() + why(folder, failure), failure);
        }
    }

    /** Sets the folder into which this job's JavaCPP unpacks from now on. */
    private static Path setFolder() throws IOException {
        synchronized (PROCESS) {
            String named = System.getProperty(CACHE);
            String limit = System.getProperty(LIMIT);
            Path folder = named == null ? folder() : Path.of(named);
            if (!Files.isDirectory(folder)) {
                // JavaCPP would silently use another folder if this one cannot be created.
                Files.createDirectories(folder);
            }
            System.setProperty(CACHE, folder.toString());
            System.setProperty(LIMIT, limit == null ? "0" : limit);
            try {
                Path used = Loader.getCacheDir().toPath();
                // JavaCPP reads the other property when it is initialized.
                Pointer.maxPhysicalBytes();
                return used;
            } finally {
                // Other jobs have properties of their own.
                restore(CACHE, named);
                restore(LIMIT, limit);
            }
        }
    }

    private static void restore(String property, @Nullable String value) {
        if (value == null) {
            System.clearProperty(property);
        } else {
            System.setProperty(property, value);
        }
    }

    /**
     * JavaCPP reads the jars by URL. Java keeps such jars open for ever, even when they are
     * deleted, unless a stream from them was opened through a class loader, which closes them.
     */
    private static void closeJarsWithTheirLoader() {
        for (String name : natives()) {
            try (InputStream in = classLoader().getResourceAsStream(name)) {
                // Nothing is read.
            } catch (IOException e) {
                // Then nothing was read from it before either.
            }
        }
    }

    /** Where the natives of FFmpeg and of JavaCPP are in their jars: one file of each. */
    private static List<String> natives() {
        return List.of(
                "org/bytedeco/ffmpeg/" + platform() + "/" + System.mapLibraryName("jniavutil"),
                "org/bytedeco/javacpp/" + platform() + "/" + System.mapLibraryName("jnijavacpp"));
    }

    /**
     * Frees native memory of pointers that the garbage collector has found. None come from this
     * module, but other code in the job may use JavaCPP and rely on this.
     */
    public static void freeUnreachable() {
        Pointer.deallocateReferences();
    }

    /** Returns what FFmpeg allocated; fails on null, which means that there is no native memory. */
    public static <T> T present(@Nullable T allocated) {
        if (allocated == null) {
            throw new OutOfMemoryError("No native memory for FFmpeg");
        }
        return allocated;
    }

    /**
     * Returns FFmpeg's result for the caller to check; fails if it means that there is no native
     * memory.
     */
    public static int allocated(int result) {
        if (result == avutil.AVERROR_ENOMEM()) {
            throw new OutOfMemoryError("No native memory for FFmpeg");
        }
        return result;
    }

    private static String cannotBeLoaded() {
        return "FFmpeg cannot be loaded on " + platform() + ": ";
    }

    private static String why(Path folder, LinkageError error) {
        if (natives().stream().anyMatch(name -> classLoader().getResource(name) == null)) {
            return "its native libraries are missing. The jars of org.bytedeco:ffmpeg and"
                    + " org.bytedeco:javacpp with the classifier "
                    + platform()
                    + " must be in the job's jar or in Flink's lib folder";
        }
        return reason(folder, error)
                + ". It was unpacked into "
                + folder
                + ", from where the user '"
                + System.getProperty("user.name")
                + "' must be allowed to run it: on a file system that is mounted with noexec nothing"
                + " can. -D"
                + CACHE
                + " names another folder";
    }

    /**
     * The system's message about the library itself, not JavaCPP's about where it looked
     * afterwards.
     */
    private static String reason(Path folder, LinkageError error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            String message = String.valueOf(cause.getMessage());
            if (message.contains(folder.toString())) {
                return message;
            }
        }
        return String.valueOf(error.getMessage()).lines().findFirst().orElse("");
    }

    private static ClassLoader classLoader() {
        return Loader.class.getClassLoader();
    }

    private static String platform() {
        try {
            return Loader.getPlatform();
        } catch (LinkageError e) {
            return System.getProperty("os.name") + " " + System.getProperty("os.arch");
        }
    }

    private static Path folder() throws IOException {
        Path jar = jar();
        return jar != null && jar.getFileName().toString().startsWith(JAR_OF_JOB)
                ? jar.resolveSibling("javacpp")
                : userFolder();
    }

    /** The jar with the libraries; null if they are in none, or missing. */
    @Nullable
    private static Path jar() throws IOException {
        URL library = classLoader().getResource(natives().get(0));
        if (library == null || !library.getProtocol().equals("jar")) {
            return null;
        }
        URI file = URI.create(library.getPath().replaceFirst("!.*", ""));
        return file.getScheme().equals("file") ? Path.of(file) : null;
    }

    /** Code is loaded from it, so in a shared folder it must belong to this user. */
    private static Path userFolder() throws IOException {
        String user = System.getProperty("user.name");
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        Path folder = temporary.resolve("javacpp-" + user);
        Files.createDirectories(temporary);
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            Path fresh = Files.createTempDirectory(temporary, "javacpp-" + user);
            try {
                return Files.move(fresh, folder);
            } catch (IOException e) {
                // Another process was faster; the owner is checked below.
                Files.deleteIfExists(fresh);
            }
        }
        boolean own =
                Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
                        && Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS).getName().equals(user);
        return own ? folder : Files.createTempDirectory(temporary, "javacpp-" + user);
    }
}
