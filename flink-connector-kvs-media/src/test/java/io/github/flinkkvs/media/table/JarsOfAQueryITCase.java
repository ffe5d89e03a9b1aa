/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.media.table;

import io.github.flinkkvs.source.KvsSource;
import io.github.flinkkvs.testing.media.MediaClip;

import org.apache.flink.configuration.Configuration;
import org.apache.flink.table.factories.FactoryUtil;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.functions.ScalarFunction;
import org.apache.flink.table.module.Module;

import org.junit.jupiter.api.Test;

import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;

/** Jars submitted with a query: each job loads them and the native libraries separately. */
class JarsOfAQueryITCase {

    /** FFmpeg with its native libraries: its folder in a local repository. */
    private static final Pattern FFMPEG = Pattern.compile(".*[/\\\\]org[/\\\\]bytedeco[/\\\\].*");

    /** The content of Flink's lib folder, and nothing of ours. */
    private static final class Lib extends ClassLoader {
        private Lib() {
            super(JarsOfAQueryITCase.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("io.github.flinkkvs.") || name.startsWith("org.bytedeco.")) {
                throw new ClassNotFoundException(name);
            }
            return super.loadClass(name, resolve);
        }

        @Override
        public URL getResource(String name) {
            return name.startsWith("org/bytedeco/") ? null : super.getResource(name);
        }
    }

    private static URLClassLoader userClassLoader() throws Exception {
        List<URL> jars = new ArrayList<>(List.of(home(KvsSource.class), home(KvsModule.class)));
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (FFMPEG.matcher(entry).matches()) {
                jars.add(new File(entry).toURI().toURL());
            }
        }
        assertThat(jars).hasSize(6).doesNotHaveDuplicates();
        return new URLClassLoader(jars.toArray(new URL[0]), new Lib());
    }

    /** The JAR or folder of the module as Maven found it, in the build or a local repository. */
    private static URL home(Class<?> type) {
        return type.getProtectionDomain().getCodeSource().getLocation();
    }

    @Test
    void eachJobHasItsOwn() throws Exception {
        byte[] payload = TestPayloads.ofCamera(MediaClip.h264(), 1).get(0);
        List<byte[]> pictures = new ArrayList<>();
        try (URLClassLoader one = userClassLoader();
                URLClassLoader other = userClassLoader()) {
            for (ClassLoader jars : List.of(one, other)) {
                Module module =
                        FactoryUtil.createModule("kvs", Map.of(), new Configuration(), jars);
                assertThat(module.getClass().getClassLoader()).isSameAs(jars);
                ScalarFunction jpeg =
                        (ScalarFunction) module.getFunctionDefinition("KVS_JPEG").orElseThrow();
                jpeg.open(new FunctionContext(null));
                pictures.add(
                        (byte[])
                                jpeg.getClass()
                                        .getMethod(
                                                "eval",
                                                byte[].class,
                                                Integer.class,
                                                Integer.class,
                                                Double.class)
                                        .invoke(jpeg, payload, null, null, null));
                jpeg.close();
            }
        }
        assertThat(pictures.get(0)).isNotNull().isEqualTo(pictures.get(1));
    }
}
