/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import javax.annotation.Nullable;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** A producer that writes its PutMedia request by hand, down to the HTTP chunks. */
final class RawProducer implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Socket socket;
    private final OutputStream out;
    private final InputStream in;
    private final Map<String, String> answerHeaders = new LinkedHashMap<>();
    private int status;

    /** The rest of the response body that is not decoded yet. */
    private int chunkLeft;

    private boolean ended;

    private RawProducer(URI endpoint, Map<String, String> headers) throws IOException {
        socket = new Socket(endpoint.getHost(), endpoint.getPort());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout((int) TestClients.PATIENCE.toMillis());
        out = socket.getOutputStream();
        in = new BufferedInputStream(socket.getInputStream());
        StringBuilder head = new StringBuilder("POST /putMedia HTTP/1.1\r\n");
        Map<String, String> all = new LinkedHashMap<>();
        all.put("Host", endpoint.getAuthority());
        all.put(
                "Authorization",
                "AWS4-HMAC-SHA256 Credential="
                        + TestClients.ACCESS_KEY
                        + "/20260101/us-east-1/kinesisvideo/aws4_request, SignedHeaders=host,"
                        + " Signature=0");
        all.put("Transfer-Encoding", "chunked");
        all.putAll(headers);
        all.forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
        raw(head + "\r\n");
    }

    /** A call with absolute timecodes. */
    static RawProducer absolute(EmbeddedStream stream) {
        return with(
                stream.mediaEndpoint(),
                Map.of(
                        "x-amzn-stream-name",
                        stream.name(),
                        "x-amzn-fragment-timecode-type",
                        "ABSOLUTE"));
    }

    static RawProducer with(URI endpoint, Map<String, String> headers) {
        try {
            return new RawProducer(endpoint, headers);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends bytes as they are. */
    RawProducer raw(String bytes) {
        try {
            out.write(bytes.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /** Sends a chunk of the body. */
    RawProducer send(byte[]... parts) {
        try {
            for (byte[] part : parts) {
                out.write(
                        (Integer.toHexString(part.length) + "\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
                out.write(part);
                out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
            }
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /** Ends the body. */
    RawProducer finish() {
        return raw("0\r\n\r\n");
    }

    /** The status of the answer, as soon as it comes. */
    int status() {
        try {
            while (status == 0) {
                status = Integer.parseInt(line().split(" ")[1]);
                String header;
                while (!(header = line()).isEmpty()) {
                    int colon = header.indexOf(':');
                    answerHeaders.put(
                            header.substring(0, colon).toLowerCase(Locale.ROOT),
                            header.substring(colon + 1).trim());
                }
            }
            return status;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A header of the answer, by its name in lower case. */
    @Nullable
    String header(String name) {
        status();
        return answerHeaders.get(name);
    }

    /** Forgets an interim answer, such as 100, so that {@link #status()} reads the next one. */
    RawProducer nextAnswer() {
        status();
        status = 0;
        answerHeaders.clear();
        return this;
    }

    /** The next acknowledgement; null at the end of the answer. */
    @Nullable
    JsonNode ack() {
        try {
            status();
            StringBuilder line = new StringBuilder();
            int next;
            while ((next = bodyByte()) >= 0 && next != '\n') {
                line.append((char) next);
            }
            return line.length() == 0 ? null : JSON.readTree(line.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Type and timecode of the next acknowledgement, and the error if it has one. */
    @Nullable
    String ackText() {
        JsonNode ack = ack();
        if (ack == null) {
            return null;
        }
        return ack.get("EventType").asText()
                + (ack.has("FragmentTimecode") ? " " + ack.get("FragmentTimecode").asLong() : "")
                + (ack.has("ErrorId") ? " " + ack.get("ErrorId").asInt() : "")
                + (ack.has("ErrorCode") ? " " + ack.get("ErrorCode").asText() : "");
    }

    /** The error answer before any body, as text. */
    String errorBody() {
        try {
            int length = Integer.parseInt(header("content-length"));
            return new String(in.readNBytes(length), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int bodyByte() throws IOException {
        if (chunkLeft == 0) {
            if (ended) {
                return -1;
            }
            chunkLeft = Integer.parseInt(line(), 16);
            if (chunkLeft == 0) {
                ended = true;
                line();
                return -1;
            }
        }
        int next = in.read();
        if (next < 0) {
            throw new EOFException("The connection ended in a chunk");
        }
        chunkLeft--;
        if (chunkLeft == 0) {
            line();
        }
        return next;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        int next;
        while ((next = in.read()) != '\n') {
            if (next < 0) {
                throw new EOFException("The connection ended");
            }
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }

    /** Whether the service has closed the connection, or closes it soon. */
    boolean closedByService() {
        try {
            return in.read() < 0;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
