# Files of the user for the output: below the working directory, opened part by part so that no symbolic link leads elsewhere.
use strict;

my ($WRITE_APPEND_CREATE, $NOT_REGULAR) = (01 | 02000 | 0100 | 04000, 6);    # O_NONBLOCK: a fifo must not hold us up; ENXIO
my $F_SETFL = 4;

# Opens the file for appending; returns a handle, or undef with $! set.
sub open_below {
  my ($dir, $path, $truncate) = @_;
  my @names = split(m{/+}, $path);
  my $last = pop @names;
  my $at = open_folder(undef, $dir);
  for my $name (@names) {
    last if $at < 0;
    make_folder_at($at, $name);
    my $next = open_folder($at, $name);
    my $errno = $! + 0;
    close_number($at);
    ($at, $!) = ($next, $errno);
  }
  return if $at < 0;
  my $number = open_file_at($at, $last, $WRITE_APPEND_CREATE, 0600);
  my $errno = $! + 0;
  close_number($at);
  $! = $errno;
  return if $number < 0;
  open(my $file, '>>&=', $number) or return;
  if (!-f $file) { close $file; $! = $NOT_REGULAR; return }
  fcntl($file, $F_SETFL, 02000);    # O_APPEND alone
  truncate($file, 0) if $truncate;
  return $file;
}

# Sends a stream to a file of the user and leaves a link in the job's folder that tells which file it is, by its place and its identity.
sub redirect_to_user_file {
  my ($job, $stream) = @_;
  my $path = $job->{"${stream}_path"};
  my $file = as_user($job, sub { open_below($job->{workdir}, $path, $job->{truncate}) }) or return;
  my ($device, $inode) = stat $file;
  symlink("$device:$inode:$job->{workdir}/$path", $job->{$stream}) or $! == 17 or return;    # EEXIST
  return $stream eq 'stdout' ? open(STDOUT, '>>&', $file) : open(STDERR, '>>&', $file);
}

1;
