/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.it;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** Compiles every piece of Java in the documentation, so that what users copy works. */
class DocumentedCodeTest {

    private static final Path ROOT = Path.of("..");

    private static final Pattern BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    private static final String IMPORTS =
            String.join(
                    "\n",
                    "import io.github.flinkkvs.client.aws.AwsOptions;",
                    "import io.github.flinkkvs.media.*;",
                    "import io.github.flinkkvs.media.audio.*;",
                    "import io.github.flinkkvs.media.clip.*;",
                    "import io.github.flinkkvs.media.file.*;",
                    "import io.github.flinkkvs.media.video.*;",
                    "import io.github.flinkkvs.mkv.*;",
                    "import io.github.flinkkvs.mkv.bitstream.NalStream;",
                    "import io.github.flinkkvs.mkv.document.*;",
                    "import io.github.flinkkvs.mkv.parser.MkvException;",
                    "import io.github.flinkkvs.source.*;",
                    "import io.github.flinkkvs.source.serialization.*;",
                    "import io.github.flinkkvs.testing.Camera;",
                    "import io.github.flinkkvs.testing.EmbeddedKvs;",
                    "import io.github.flinkkvs.testing.EmbeddedKvsExtension;",
                    "import io.github.flinkkvs.testing.EmbeddedStream;",
                    "import io.github.flinkkvs.testing.behavior.Behavior;",
                    "import java.nio.ByteBuffer;",
                    "import java.time.*;",
                    "import java.util.*;",
                    "import java.util.concurrent.TimeUnit;",
                    "import org.apache.flink.api.common.eventtime.WatermarkStrategy;",
                    "import org.apache.flink.api.common.typeinfo.*;",
                    "import org.apache.flink.configuration.MemorySize;",
                    "import org.apache.flink.connector.base.source.hybrid.HybridSource;",
                    "import org.apache.flink.connector.file.src.FileSource;",
                    "import org.apache.flink.core.fs.Path;",
                    "import org.apache.flink.streaming.api.datastream.AsyncDataStream;",
                    "import org.apache.flink.streaming.api.datastream.DataStream;",
                    "import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;",
                    "import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;",
                    "import org.apache.flink.util.Collector;",
                    "import org.junit.jupiter.api.Test;",
                    "import org.junit.jupiter.api.extension.RegisterExtension;",
                    "import software.amazon.awssdk.services.kinesisvideo.KinesisVideoClient;",
                    "");

    @TempDir Path folder;

    /** All pages of the documentation. */
    static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>();
        for (String folder : List.of("", "docs")) {
            try (Stream<Path> files = Files.list(ROOT.resolve(folder))) {
                files.filter(page -> page.toString().endsWith(".md")).sorted().forEach(pages::add);
            }
        }
        return pages;
    }

    static Stream<String> blocks() throws IOException {
        List<String> blocks = new ArrayList<>();
        for (Path page : pages()) {
            Matcher block = BLOCK.matcher(Files.readString(page));
            while (block.find()) {
                blocks.add("// " + page.getFileName() + "\n" + block.group(1));
            }
        }
        assertThat(blocks).isNotEmpty();
        return blocks.stream();
    }

    @ParameterizedTest
    @MethodSource("blocks")
    void compiles(String block) throws IOException {
        String code = block.substring(block.indexOf('\n') + 1).strip();
        String source;
        if (code.startsWith("import ")) {
            // A whole file, with all imports that it needs.
            assertThat(errors(code.replaceFirst("public class", "class"))).as(block).isEmpty();
            return;
        }
        if (code.startsWith("public class")) {
            source = code.replaceFirst("public class", "class");
        } else if (code.contains("@Test") || code.startsWith("void ")) {
            source = "class Members {\n" + code + "\n}";
        } else if (code.endsWith(";") || code.endsWith("}")) {
            source = "class Statements { void run() throws Exception {\n" + code + "\n} }";
        } else {
            source = "class Expression { Object value =\n" + code + ";\n}";
        }
        assertThat(errors(IMPORTS + source)).as(block).isEmpty();
    }

    private String errors(String source) throws IOException {
        Path file = Files.writeString(folder.resolve("Documented.java"), source);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            Iterable<? extends JavaFileObject> sources = files.getJavaFileObjects(file);
            boolean good =
                    compiler.getTask(
                                    messages,
                                    files,
                                    null,
                                    List.of(
                                            "-proc:none",
                                            "-d",
                                            folder.toString(),
                                            "-classpath",
                                            System.getProperty("java.class.path")),
                                    null,
                                    sources)
                            .call();
            return good ? "" : messages.toString();
        }
    }
}
