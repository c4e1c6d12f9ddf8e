/** Who is asking. */
export interface Identity {
  readonly user: string;
  readonly role: 'user' | 'admin';
}
