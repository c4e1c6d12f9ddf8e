# Stands for redis:7-alpine where no image can be fetched.
FROM weir-test-debian
RUN install -d -o redis -g redis /data
WORKDIR /data
